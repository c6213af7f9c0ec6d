import { needingIn } from '../data';
import { useFleetValue } from '../fleetFrames';

/** How many need a person, beside the page's name; nothing where nobody does. */
export function NeedsYouCount() {
  const needing = useFleetValue((fleet) => (fleet ? needingIn(fleet) : 0));
  if (needing === 0) return null;
  return (
    <span data-testid="needs-you-count" className="inline-flex h-4.5 min-w-4.5 items-center justify-center rounded-full bg-waiting px-1.5 text-2xs font-semibold text-surface tabular-nums">
      {needing}
    </span>
  );
}
