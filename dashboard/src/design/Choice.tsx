import { useId, type ReactNode } from 'react';

/** One of a few, all of them to be seen. The browser's own radio buttons, so that arrow keys move between them. */
export function Choice<T extends string>({ label, value, options, onChange }: {
  label: string; value: T; options: readonly { value: T; label: ReactNode }[]; onChange: (value: T) => void;
}) {
  const name = useId();
  return (
    <div role="radiogroup" aria-label={label} className="inline-flex gap-0.5 rounded-lg bg-raised p-0.5">
      {options.map((option) => (
        <label
          key={option.value}
          className="flex h-7 cursor-pointer items-center gap-1.5 rounded-md px-2.5 font-medium text-quiet hover:text-ink has-checked:bg-surface has-checked:text-ink has-checked:ring-1 has-checked:ring-edge/50 has-focus-visible:outline-2 has-focus-visible:outline-accent"
        >
          <input
            type="radio" name={name} value={option.value} checked={option.value === value} className="sr-only"
            onChange={() => onChange(option.value)}
          />
          {option.label}
        </label>
      ))}
    </div>
  );
}
