import * as Radix from '@radix-ui/react-dropdown-menu';
import { Check } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';

const item = 'flex h-7 cursor-default items-center gap-2 rounded px-2 outline-none select-none data-highlighted:bg-raised data-disabled:text-quiet';

/** A menu under a button. Not modal: the page behind it stays alive. */
export function Menu({ trigger, children, align = 'start' }: {
  trigger: ReactElement; children: ReactNode; align?: 'start' | 'end';
}) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align={align} sideOffset={4} collisionPadding={8}
          className="z-50 max-h-(--radix-dropdown-menu-content-available-height) max-w-80 min-w-44 overflow-y-auto rounded-lg bg-overlay p-1 text-ink shadow-overlay"
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

export const MenuItem = ({ children, onSelect }: { children: ReactNode; onSelect: () => void }) => (
  <Radix.Item className={item} onSelect={onSelect}>{children}</Radix.Item>
);

/** Stays open when chosen, so that several can be. */
export function MenuCheck({ checked, onChange, children }: {
  checked: boolean; onChange: (checked: boolean) => void; children: ReactNode;
}) {
  return (
    <Radix.CheckboxItem
      className={item} checked={checked} onCheckedChange={onChange} onSelect={(event) => event.preventDefault()}
    >
      <Mark />
      {children}
    </Radix.CheckboxItem>
  );
}

export function MenuChoice<T extends string>({ value, options, onChange }: {
  value: T; options: readonly { value: T; label: ReactNode }[]; onChange: (value: T) => void;
}) {
  return (
    <Radix.RadioGroup value={value} onValueChange={(next) => onChange(next as T)}>
      {options.map((option) => (
        <Radix.RadioItem key={option.value} value={option.value} className={item}>
          <Mark />
          {option.label}
        </Radix.RadioItem>
      ))}
    </Radix.RadioGroup>
  );
}

const Mark = () => (
  <span className="flex size-3.5 shrink-0">
    <Radix.ItemIndicator><Check className="size-3.5 text-accent" aria-hidden="true" /></Radix.ItemIndicator>
  </span>
);

export const MenuLabel = ({ children }: { children: ReactNode }) => (
  <Radix.Label className="px-2 pt-1.5 pb-1 text-xs text-quiet">{children}</Radix.Label>
);

export const MenuLine = () => <Radix.Separator className="mx-1 my-1 h-px bg-line" />;
