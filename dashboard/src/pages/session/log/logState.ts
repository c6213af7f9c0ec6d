import type { HubEvent } from '../../../data';

/** An event of one session, as the log holds it. */
export type SessionEvent = Extract<HubEvent, { payload: { session_id: string } }>;

/** Why nothing older can be shown. */
export type Edge = 'beginning' | 'pruned' | 'full';

/** A part of a session's log without a hole in it: everything after `since`. Never changed in place. */
export interface LogState {
  /** In the order in which they happened. */
  readonly events: readonly SessionEvent[];
  readonly since: number;
  readonly edge: Edge | null;
  /** How much of the browser's memory they take, roughly, in bytes. */
  readonly weight: number;
}

/** What a page keeps of a session, roughly, in bytes: some 30,000 events, or as many megabytes of output as that is. */
export const MOST_BYTES = 12_000_000;

export const emptyLog = (since: number): LogState => ({ events: [], since, edge: null, weight: 0 });

export const seqOf = (event: SessionEvent): number => event.payload.seq;

const weigh = (events: readonly SessionEvent[]): number =>
  events.reduce((sum, event) => sum + (event.event === 'stream_output' ? 200 + 2 * event.payload.text.length : 400), 0);

/** With events that came since, or that were missing. What is there already is left alone; the oldest go when it is too much. */
export function withNewer(state: LogState, given: readonly SessionEvent[], most = MOST_BYTES): LogState {
  const fresh = missing(state, given).filter((event) => seqOf(event) > state.since);
  if (fresh.length === 0) return state;
  const last = state.events.at(-1);
  const inOrder = last === undefined || seqOf(fresh[0]!) > seqOf(last);
  const events = inOrder ? [...state.events, ...fresh] : [...state.events, ...fresh].sort((a, b) => seqOf(a) - seqOf(b));
  const weight = state.weight + weigh(fresh);
  return weight <= most ? { ...state, events, weight } : lightened(state, events, weight, most);
}

/** With what happened between `since` and what it had. */
export function withOlder(state: LogState, given: readonly SessionEvent[], since: number, edge: Edge | null, most = MOST_BYTES): LogState {
  const older = missing(state, given).sort((a, b) => seqOf(a) - seqOf(b));
  let weight = state.weight;
  let from = older.length;
  while (from > 0 && weight + weigh([older[from - 1]!]) <= most) weight += weigh([older[(from -= 1)]!]);
  const events = from === older.length ? state.events : [...older.slice(from), ...state.events];
  return from === 0 ? { events, since, edge, weight } : { events, since: seqOf(older[from - 1]!), edge: 'full', weight };
}

function missing(state: LogState, given: readonly SessionEvent[]): SessionEvent[] {
  const last = state.events.at(-1);
  const allNew = last === undefined || given.every((event) => seqOf(event) > seqOf(last));
  const known = new Set(allNew ? [] : state.events.map(seqOf));
  const fresh: SessionEvent[] = [];
  for (const event of given) {
    if (known.has(seqOf(event))) continue;
    known.add(seqOf(event));
    fresh.push(event);
  }
  return fresh;
}

/** A quarter goes at once, so that a session that never stops does not cost a copy with every event. */
function lightened(state: LogState, events: readonly SessionEvent[], weight: number, most: number): LogState {
  let left = weight;
  let from = 0;
  while (from < events.length - 1 && left > most * 0.75) left -= weigh([events[from++]!]);
  return { ...state, events: events.slice(from), since: seqOf(events[from - 1]!), weight: left, edge: 'full' };
}
