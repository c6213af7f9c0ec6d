/** One of a few words, all of them to be seen. */
export function Choice<T extends string>({ label, options, value, onChange, name = (option) => option }: {
  label: string; options: readonly T[]; value: T; onChange: (value: T) => void; name?: (option: T) => string;
}) {
  return (
    <div role="group" aria-label={label} className="flex rounded-md border border-line bg-raised p-0.5">
      {options.map((option) => (
        <button
          key={option} type="button" aria-pressed={option === value} aria-label={name(option)} onClick={() => onChange(option)}
          className="h-6 rounded px-2 text-xs font-medium text-quiet hover:text-ink aria-pressed:bg-surface aria-pressed:text-ink aria-pressed:shadow-[0_0_0_1px_var(--color-line)]"
        >
          {option}
        </button>
      ))}
    </div>
  );
}
