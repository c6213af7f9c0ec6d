import type { HubEvent, SessionView } from '../../data';
import { groupOfStatus, groups, none, type Counts, type Group } from './statuses';

/** The finest step that is kept. */
export const STEP_MS = 10_000;
/** As far back as a chart goes: the longest range. */
export const KEPT_MS = 6 * 3_600_000;
/** The shortest chart. */
const YOUNGEST_MS = 60_000;

/** What one step of time saw. */
interface Bucket {
  /** How many sessions were in each status group at its end; null when nothing changed in it. */
  counts: Counts | null;
  input: number;
  output: number;
  cost: number;
}

/** One moment of a chart, in seconds as charts count; rates are a minute. */
export interface Point {
  at: number;
  counts: Counts;
  input: number;
  output: number;
  cost: number;
}

interface Used {
  input: number;
  output: number;
  cost: number;
}

const nothing: Used = { input: 0, output: 0, cost: 0 };
const usedBy = ({ usage }: SessionView): Used => used(usage);
const used = (usage: SessionView['usage']): Used =>
  ({ input: usage.input_tokens, output: usage.output_tokens, cost: usage.cost_usd ?? 0 });

/**
 * The charts' memory: the last part of the log, and what was heard since. Statuses are counted back from those of now, as
 * a change of status names the one before; usage is the growth of each session's own. Changed in place.
 */
export class History {
  readonly #buckets = new Map<number, Bucket>();
  readonly #used = new Map<string, Used>();
  #seq = 0;
  /** Before this it knows nothing, in milliseconds. */
  readonly since: number;
  /** The log's first event, where it was read: before it there was nothing. */
  #first: number | null = null;

  /**
   * `events` begin at `since` and end at `seq`, in order; `now` is how many there were then. `live` are the sessions as
   * they were heard of before that.
   */
  constructor({ events, seq, live, now, since }: {
    events: readonly HubEvent[]; seq: number; live: readonly SessionView[]; now: Counts; since: number;
  }) {
    this.since = since;
    const before = { ...now };
    for (const event of events) forEachMove(event, (from, to) => {
      if (to) before[to] -= 1;
      if (from) before[from] += 1;
    });
    this.#bucket(since).counts = { ...before };
    for (const event of events) {
      forEachMove(event, (from, to) => {
        if (from) before[from] -= 1;
        if (to) before[to] += 1;
        // Where an event was not to be seen, the count back is a little off; a negative number helps nobody.
        this.#bucket(Date.parse(event.payload.time)).counts = atLeastNone(before);
      });
      this.take(event);
    }
    for (const session of live) if (!this.#used.has(session.id)) this.#used.set(session.id, usedBy(session));
    this.#seq = Math.max(this.#seq, seq);
  }

  /** Adds what an event says was used. An event that was taken before changes nothing. */
  take(event: HubEvent): void {
    if (event.payload.seq <= this.#seq) return;
    this.#seq = event.payload.seq;
    if (event.payload.seq === 1) this.#first = Date.parse(event.payload.time);
    // Another life of it begins with what it has used by then.
    if (event.event === 'session_terminated') this.#used.delete(event.payload.session_id);
    if (event.event === 'session_created') this.#used.set(event.payload.session_id, usedBy(event.payload.session));
    if (event.event !== 'session_updated' || !event.payload.usage) return;
    const { session_id, usage, time } = event.payload;
    const now = used(usage);
    // What it had used when this memory began is not of this time.
    const before = this.#used.get(session_id) ?? now;
    this.#used.set(session_id, now);
    const bucket = this.#bucket(Date.parse(time));
    bucket.input += Math.max(0, now.input - before.input);
    bucket.output += Math.max(0, now.output - before.output);
    bucket.cost += Math.max(0, now.cost - before.cost);
  }

  /** Notes how many there are now. */
  note(counts: Counts, now: number): void {
    this.#bucket(now).counts = counts;
    const oldest = Math.floor((now - KEPT_MS) / STEP_MS) - 1;
    for (const at of this.#buckets.keys()) if (at < oldest) this.#buckets.delete(at);
  }

  /** The points from a time to another, every so many milliseconds; nothing is said of what is not known. */
  points(from: number, to: number, every: number): Point[] {
    const points: Point[] = [];
    // A young hub's charts grow until they have the whole length.
    const begin = Math.max(from, this.since, Math.min(this.#first ?? 0, to - YOUNGEST_MS));
    let counts = this.#countsBefore(begin);
    for (let end = Math.ceil((begin + 1) / every) * every; end - every < to; end += every) {
      const sum = { ...nothing };
      for (let at = (end - every) / STEP_MS; at < end / STEP_MS; at++) {
        const bucket = this.#buckets.get(at);
        if (!bucket) continue;
        counts = bucket.counts ?? counts;
        sum.input += bucket.input;
        sum.output += bucket.output;
        sum.cost += bucket.cost;
      }
      // The step that is not over yet is as long as it is, but not so short that one report is a peak.
      const minutes = (Math.max(Math.min(end, to) - Math.max(end - every, begin), STEP_MS) / 60_000);
      points.push({
        at: Math.min(end, to) / 1000, counts,
        input: sum.input / minutes, output: sum.output / minutes, cost: sum.cost / minutes,
      });
    }
    return points;
  }

  #countsBefore(time: number): Counts {
    let best = -1;
    const before = Math.floor(time / STEP_MS);
    let counts: Counts | null = null;
    for (const [at, bucket] of this.#buckets) {
      if (at > best && at <= before && bucket.counts) [best, counts] = [at, bucket.counts];
    }
    return counts ?? none;
  }

  #bucket(time: number): Bucket {
    const at = Math.floor(time / STEP_MS);
    let bucket = this.#buckets.get(at);
    if (!bucket) this.#buckets.set(at, (bucket = { counts: null, ...nothing }));
    return bucket;
  }
}

/** From which group to which an event moves a session. */
function forEachMove({ event, payload }: HubEvent, move: (from: Group | null, to: Group | null) => void): void {
  if (event === 'session_created') move(null, groupOfStatus(payload.session.status));
  else if (event === 'session_status') move(groupOfStatus(payload.previous_status), groupOfStatus(payload.status));
}

const atLeastNone = (counts: Counts): Counts => {
  const good: Record<Group, number> = { ...none };
  for (const group of groups) good[group] = Math.max(0, counts[group]);
  return good;
};
