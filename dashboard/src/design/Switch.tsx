/** On or off, at once. What it switches is its name. */
export function Switch({ checked, onChange, label, disabled = false, describedBy, id }: {
  checked: boolean; onChange: (checked: boolean) => void; label: string; disabled?: boolean; describedBy?: string; id?: string;
}) {
  return (
    <button
      id={id} type="button" role="switch" aria-checked={checked} aria-label={label} aria-describedby={describedBy} disabled={disabled}
      onClick={() => onChange(!checked)} className="flex h-6 w-8 shrink-0 items-center rounded-full disabled:opacity-50"
    >
      <span className={`flex h-4.5 w-full items-center rounded-full border px-0.5 transition-colors ${checked ? 'border-accent bg-accent' : 'border-edge bg-raised'}`}>
        <span className={`size-3 rounded-full transition-transform ${checked ? 'translate-x-3.5 bg-on-accent' : 'bg-edge'}`} />
      </span>
    </button>
  );
}
