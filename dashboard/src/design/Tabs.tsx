import * as Radix from '@radix-ui/react-tabs';
import type { ReactNode } from 'react';

/** A row of tabs; the panel of the chosen one is what is given as children. */
export function Tabs<T extends string>({ value, onChange, label, tabs, side, children }: {
  value: T;
  onChange: (value: T) => void;
  label: string;
  tabs: readonly { value: T; name: ReactNode }[];
  /** What stands at the end of the row. */
  side?: ReactNode;
  children: ReactNode;
}) {
  return (
    <Radix.Root value={value} onValueChange={(next) => onChange(next as T)} className="flex min-h-0 grow flex-col">
      <div className="flex items-center gap-2 border-b border-line px-4 sm:px-5">
        <Radix.List aria-label={label} className="flex gap-4">
          {tabs.map((tab) => (
            <Radix.Trigger
              key={tab.value} value={tab.value}
              className="-mb-px flex h-10 items-center gap-1.5 border-b-2 border-transparent font-medium text-quiet hover:text-ink data-[state=active]:border-accent data-[state=active]:text-ink"
            >
              {tab.name}
            </Radix.Trigger>
          ))}
        </Radix.List>
        {side}
      </div>
      <Radix.Content value={value} tabIndex={-1} className="flex min-h-0 grow flex-col outline-none">{children}</Radix.Content>
    </Radix.Root>
  );
}
