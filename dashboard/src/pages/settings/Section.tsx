import { useId, type ReactNode } from 'react';
import { Card } from '../../design/Surfaces';

/** What belongs together, under one heading. */
export function Section({ title, about, children }: { title: string; about?: ReactNode; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="mt-8 first-of-type:mt-5">
      <h2 id={id} className="text-sm font-semibold">{title}</h2>
      {about && <p className="mt-0.5 max-w-xl text-quiet">{about}</p>}
      <Card className="mt-3">{children}</Card>
    </section>
  );
}

/** One setting: what it is at the left, how it is at the right. */
export const Row = ({ name, about, wraps = true, children }: { name: ReactNode; about?: ReactNode; wraps?: boolean; children: ReactNode }) => (
  <div className={`flex items-center justify-between gap-x-6 gap-y-2 border-b border-line px-4 py-3 last:border-0 ${wraps ? 'flex-wrap' : ''}`}>
    <div className="min-w-0 max-w-md">
      <p className="font-medium">{name}</p>
      {about && <div className="text-quiet">{about}</div>}
    </div>
    {children}
  </div>
);
