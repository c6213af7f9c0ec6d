import { useId, type ReactNode } from 'react';

/** Something that is on or off, with a word about it. The browser's own checkbox, drawn as a switch. */
export function Switch({ label, checked, disabled = false, onChange, children }: {
  label: string; checked: boolean; disabled?: boolean; onChange: (checked: boolean) => void; children?: ReactNode;
}) {
  const id = useId();
  return (
    <div>
      <div className="flex items-center justify-between gap-4">
        <label htmlFor={id} className="font-medium">{label}</label>
        <input
          id={id} type="checkbox" role="switch" checked={checked} disabled={disabled} aria-describedby={`${id}-about`}
          onChange={({ target }) => onChange(target.checked)}
          className="relative h-5 w-9 shrink-0 cursor-pointer appearance-none rounded-full border border-edge bg-raised transition-colors before:absolute before:top-0.5 before:left-0.5 before:size-3.5 before:rounded-full before:bg-edge before:transition-transform checked:border-accent checked:bg-accent checked:before:translate-x-4 checked:before:bg-on-accent disabled:cursor-default disabled:opacity-50"
        />
      </div>
      {children && <div id={`${id}-about`} className="mt-0.5 pr-12 text-xs text-quiet">{children}</div>}
    </div>
  );
}
