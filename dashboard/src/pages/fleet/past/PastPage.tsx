import { getRouteApi, Link } from '@tanstack/react-router';
import { History, TriangleAlert } from 'lucide-react';
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { useCommands } from '../../../commands';
import { sessionsOf, useConnection, useHub, useHubEvent } from '../../../data';
import { RelativeTime } from '../../../design/Time';
import { EmptyState } from '../../../design/Surfaces';
import { inChosenZone } from '../../../design/timeZone';
import type { PastSearch } from '../search';
import { Controls, toggle } from './Controls';
import { Past, type Seen } from './past';
import './past.css';
import { PastFigures } from './PastFigures';
import { PastSessions } from './PastSessions';
import { wordsOf } from './words';

const route = getRouteApi('/fleet/past');
const whole = inChosenZone({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', hour: 'numeric', minute: '2-digit', second: '2-digit' });
/** While it plays, the address follows this often. */
const ADDRESS_EVERY_MS = 1_000;
/** A page that was not seen for a while does not leap. */
const MOST_OF_A_FRAME_MS = 250;

/** The fleet as it was at a moment of the log. A hub that comes back with another log has another past. */
export function PastPage() {
  const { epochChanges } = useConnection();
  const shown = useRef(epochChanges);
  const navigate = route.useNavigate();
  useEffect(() => {
    if (shown.current === epochChanges) return;
    shown.current = epochChanges;
    // The moment in the address is of the log that is gone.
    void navigate({ search: {}, replace: true });
  }, [epochChanges, navigate]);
  return <PastOfOneLog key={epochChanges} />;
}

function PastOfOneLog() {
  const { api } = useHub();
  const [past] = useState(() => new Past(api));
  const seen = useSyncExternalStore(past.subscribe, past.read);
  useAddress(past);
  useBeginning(past, seen);
  useClockwork(past, seen.playing);
  useKeys(past);
  const sessions = seen.fleet ? sessionsOf(seen.fleet) : null;
  return (
    <div data-past className="flex min-h-0 grow flex-col overflow-y-auto bg-surface" data-testid="past-page" data-seq={seen.seq} data-asking={seen.asking} data-playing={seen.playing}>
      <section aria-label="The past" className="flex flex-wrap items-center gap-x-3 gap-y-1 bg-ink px-4 py-2 text-surface sm:px-6" data-testid="past-banner">
        <History className="size-5 shrink-0" aria-hidden="true" />
        <h1 className="font-semibold">The fleet as it was</h1>
        {seen.from !== null && (
          <span className="tabular-nums max-sm:order-last max-sm:w-full">
            <time dateTime={new Date(seen.moment).toISOString()} data-testid="moment">{whole(seen.moment)}</time>
            {' · '}<RelativeTime time={new Date(seen.moment).toISOString()} />
          </span>
        )}
        <Link to="/fleet" search={{}} data-testid="back-to-now" className="ml-auto rounded-md bg-surface px-2.5 py-1 font-medium text-ink hover:bg-raised">Back to now</Link>
      </section>
      {seen.failure !== null && (
        <p role="alert" className="flex items-center gap-2 bg-error-soft px-4 py-2 text-error sm:px-6">
          <TriangleAlert className="size-4 shrink-0" aria-hidden="true" /> {seen.failure}
        </p>
      )}
      {seen.from === null
        ? <Nothing asking={seen.asking} failed={seen.failure !== null} />
        : (
          <>
            <div className="flex shrink-0 flex-col gap-3 px-4 py-3 sm:px-6">
              <Controls past={past} seen={seen} />
              <LastEvent seen={seen} />
              {sessions && <PastFigures sessions={sessions} />}
            </div>
            {sessions && <PastSessions sessions={sessions} moment={seen.moment} />}
          </>
        )}
    </div>
  );
}

const Nothing = ({ asking, failed }: { asking: boolean; failed: boolean }) => (
  asking || failed
    ? <p role="status" className="px-6 py-10 text-quiet">{asking ? 'Asking the log…' : ''}</p>
    : <EmptyState title="There is no past yet">It begins with the first event.</EmptyState>
);

function LastEvent({ seen: { seq, last, fleet, asking } }: { seen: Seen }) {
  const find = (id: string) => fleet?.sessions.find((each) => each.id === id) ?? fleet?.ended.find((each) => each.id === id);
  return (
    <p className="flex min-w-0 gap-2" data-testid="last-event">
      <span className="shrink-0 text-quiet tabular-nums">Event {seq}</span>
      <span className="truncate">{asking ? 'Asking the hub…' : last ? wordsOf(last, find) : ''}</span>
    </p>
  );
}

/** A log that was empty is asked again once something has happened. */
function useBeginning(past: Past, { from, asking }: Seen): void {
  const happened = useRef(false);
  const [events, setEvents] = useState(0);
  useHubEvent('sessions', () => {
    if (happened.current || past.read().from !== null) return;
    happened.current = true;
    setEvents((count) => count + 1);
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: `events` says that something has happened.
  useEffect(() => {
    if (!happened.current || asking) return;
    happened.current = false;
    if (from === null) void past.open(null);
  }, [past, from, asking, events]);
}

/** The address holds the moment: one that somebody gave is gone to, and the one that is shown is written there. */
function useAddress(past: Past): void {
  const { at, seq } = route.useSearch();
  const navigate = route.useNavigate();
  const written = useRef<PastSearch | null>(null);

  useEffect(() => {
    const { current } = written;
    if (current && current.at === at && current.seq === seq) return;
    written.current = { at, seq };
    void past.open(seq !== undefined ? { seq } : at !== undefined ? { time: at } : null);
  }, [past, at, seq]);
  useEffect(() => () => {
    written.current = null;
    past.close();
  }, [past]);

  useEffect(() => {
    let due: ReturnType<typeof setTimeout> | undefined;
    const write = (): void => {
      due = undefined;
      const search = addressOf(past.read());
      if (!search || (search.at === written.current?.at && search.seq === written.current?.seq)) return;
      written.current = search;
      void navigate({ search, replace: true });
    };
    const unsubscribe = past.subscribe(() => {
      due ??= setTimeout(write, past.read().playing ? ADDRESS_EVERY_MS : 50);
    });
    return () => {
      unsubscribe();
      clearTimeout(due);
    };
  }, [past, navigate]);
}

/** Right after an event it is the event; between two it is the time. */
function addressOf({ fleet, from, asking, last, seq, moment }: Seen): PastSearch | null {
  if (!fleet || from === null || asking) return null;
  return last !== null && Date.parse(last.payload.time) === moment
    ? { at: undefined, seq } : { at: new Date(moment).toISOString(), seq: undefined };
}

/** Lets it run, a frame at a time. */
function useClockwork(past: Past, playing: boolean): void {
  useEffect(() => {
    if (!playing) return;
    let before = performance.now();
    let frame = requestAnimationFrame(function run(now) {
      past.tick(Math.min(now - before, MOST_OF_A_FRAME_MS));
      before = now;
      frame = requestAnimationFrame(run);
    });
    return () => cancelAnimationFrame(frame);
  }, [past, playing]);
}

function useKeys(past: Past): void {
  useCommands(useMemo(() => [
    { id: 'past-before', name: 'Go to the event before', keys: ['ArrowLeft'], repeats: true, run: () => void past.step(-1) },
    { id: 'past-next', name: 'Go to the next event', keys: ['ArrowRight'], repeats: true, run: () => void past.step(1) },
    { id: 'past-play', name: 'Play or pause the past', run: () => toggle(past) },
  ], [past]));
  // A space presses the button that has the focus; anywhere else it plays.
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const own = event.target instanceof Element && event.target.closest('a, button, input, select, textarea, summary, dialog, [role=dialog], [role=menu]');
      if (event.key !== ' ' || own || event.defaultPrevented) return;
      event.preventDefault();
      if (!event.repeat) toggle(past);
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [past]);
}
