import type { ReactNode } from 'react';

/** A bordered piece of the page. */
export const Card = ({ children, className = '' }: { children: ReactNode; className?: string }) => (
  <div className={`rounded-xl border border-line bg-surface ${className}`}>{children}</div>
);

/** Why there is nothing here, and what to do about it. */
export const EmptyState = ({ title, children, action, heading: Title = 'h2' }: {
  title: string; children?: ReactNode; action?: ReactNode; heading?: 'h1' | 'h2';
}) => (
  <div className="mx-auto flex max-w-sm flex-col items-center gap-2 px-6 py-20 text-center">
    <Title className="text-sm font-semibold">{title}</Title>
    {children && <p className="text-quiet">{children}</p>}
    {action && <div className="mt-2">{action}</div>}
  </div>
);

/** A key, or keys pressed together. */
export const Kbd = ({ children }: { children: ReactNode }) => (
  <kbd className="inline-flex h-4.5 min-w-4.5 items-center justify-center rounded border border-line bg-raised px-1 font-sans text-2xs text-quiet">
    {children}
  </kbd>
);

/** A small fact about a thing, in a pill. */
export const Mark = ({ children, ...rest }: { children: ReactNode; title?: string; 'data-testid'?: string }) => (
  <span
    {...rest}
    className="inline-flex shrink-0 items-center gap-1 rounded bg-raised px-1.5 text-2xs leading-4.5 font-medium whitespace-nowrap text-quiet"
  >
    {children}
  </span>
);
