import { WifiOff } from 'lucide-react';
import { useConnection } from '../data';
import { RelativeTime } from '../design/Time';
import { useAsOf, useTrouble } from './freshness';

/** Says that the page is not live, once that has lasted half a second; and how old is what it shows. */
export function ConnectionBanner() {
  const { phase } = useConnection();
  const asOf = useAsOf();
  if (!useTrouble()) return null;
  const offline = phase === 'offline';
  return (
    <section
      aria-label="Connection" data-testid="connection-banner" data-phase={phase}
      className={`flex min-h-8 items-center gap-2 px-4 py-1 text-xs font-medium sm:px-5 ${offline ? 'bg-error-soft text-error' : 'bg-working-soft text-working'}`}
    >
      <WifiOff className="size-3.5 shrink-0" aria-hidden="true" />
      <span>
        {offline ? 'The hub cannot be reached.' : phase === 'connecting' ? 'Connecting to the hub…' : 'The connection was lost. Reconnecting…'}
        {asOf !== null && <> This is the state of <span data-testid="as-of"><RelativeTime time={asOf} /></span>.</>}
      </span>
    </section>
  );
}
