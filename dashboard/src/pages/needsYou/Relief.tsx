import { getRouteApi, Link } from '@tanstack/react-router';
import { Coffee } from 'lucide-react';
import { useEffect } from 'react';
import { badgeOf, sessionsOf, type FleetState } from '../../data';
import { useFleetValue } from '../../fleetFrames';

const route = getRouteApi('/needs-you');

const working = (fleet: FleetState | null): number =>
  (fleet ? sessionsOf(fleet) : []).reduce((count, session) => count + (badgeOf(session) === 'working' ? 1 : 0), 0);

/** Nobody waits: that is good news, and is said as such. */
export function Relief() {
  const atWork = useFleetValue(working);
  const live = useFleetValue((fleet) => (fleet ? sessionsOf(fleet).length : 0));
  const { session } = route.useSearch();
  const navigate = route.useNavigate();
  // Whoever waits next begins a new queue.
  useEffect(() => {
    if (session !== undefined) void navigate({ search: { session: undefined }, replace: true });
  }, [session, navigate]);
  return (
    <div data-testid="relief" className="flex grow flex-col items-center justify-center pb-16 text-center">
      <span className="flex size-16 items-center justify-center rounded-full bg-live-soft text-live">
        <Coffee className="size-7" strokeWidth={1.75} aria-hidden="true" />
      </span>
      <h2 className="mt-4 text-base font-semibold tracking-tight">Nobody waits for you</h2>
      <p className="mt-1 max-w-xs text-quiet">
        {live === 0 ? 'No session is live.' : atWork === 0 ? 'All sessions are idle.' : atWork === 1 ? 'One session is at work.' : `${atWork} sessions are at work.`}
        {' '}You hear of it here the moment one needs you.
      </p>
      <Link to="/" className="mt-4 font-medium text-accent hover:underline">To the sessions</Link>
    </div>
  );
}
