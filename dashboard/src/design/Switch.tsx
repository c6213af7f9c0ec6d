/** On or off, at once. What it switches is its name. */
export function Switch({ checked, onChange, label, disabled = false, describedBy }: {
  checked: boolean; onChange: (checked: boolean) => void; label: string; disabled?: boolean; describedBy?: string;
}) {
  return (
    <button
      type="button" role="switch" aria-checked={checked} aria-label={label} aria-describedby={describedBy} disabled={disabled}
      onClick={() => onChange(!checked)}
      className={`relative h-4.5 w-8 shrink-0 rounded-full border transition-colors disabled:opacity-50 ${checked ? 'border-accent bg-accent' : 'border-edge bg-raised'}`}
    >
      <span className={`absolute top-0.5 left-0.5 size-3 rounded-full transition-transform ${checked ? 'translate-x-3.5 bg-on-accent' : 'bg-edge'}`} />
    </button>
  );
}
