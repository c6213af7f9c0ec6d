import type { EventPage, HubApi, HubEvent } from '../../../data';
import type { Edge, SessionEvent } from './logState';

/** As many as the hub gives at once. */
const PAGE = 1_000;
/** So far back, counted in events of the whole hub, the first look goes. */
const FIRST_SPAN = 2_000;
/** A stretch of the log with more of one session's events than this is read in smaller parts. */
const MOST_PAGES = 4;

export interface Stretch {
  events: SessionEvent[];
  /** Everything after this is in it. */
  since: number;
  edge: Edge | null;
  /** What this page cannot read, of a newer hub. */
  skipped: number;
}

const isOfSession = (event: HubEvent): event is SessionEvent => 'session_id' in event.payload;
const isBirth = (event: SessionEvent): boolean => event.event === 'session_created' && event.payload.session.version <= 1;

/** Reads one session's log, of which the hub gives pages forward only. */
export class LogPages {
  #span = FIRST_SPAN;

  constructor(
    private readonly api: Pick<HubApi, 'sessionEvents'>,
    private readonly id: string,
  ) {}

  /** Everything after `after`, up to now. */
  async after(after: number, signal: AbortSignal): Promise<Stretch & { through: number }> {
    const events: SessionEvent[] = [];
    let skipped = 0;
    for (let at = after; ;) {
      const page = await this.#page(at, signal);
      events.push(...page.events.filter(isOfSession));
      skipped += page.skipped;
      at = page.seq;
      if (page.events.length + page.skipped < PAGE) return { events, since: after, edge: null, skipped, through: at };
    }
  }

  /** At least `wanted` events that happened up to `to`, where there are so many; a stretch at a time, each longer while they are few. */
  async upTo(to: number, wanted: number, signal: AbortSignal): Promise<Stretch> {
    const read: Stretch = { events: [], since: to, edge: null, skipped: 0 };
    while (read.edge === null && read.events.length < wanted) {
      const from = Math.max(0, read.since - this.#span);
      const stretch = await this.#between(from, read.since, signal);
      if (stretch === null) {
        this.#span = Math.max(FIRST_SPAN, Math.floor(this.#span / 8));
        continue;
      }
      if (stretch.events.length < wanted / 2) this.#span *= 4;
      read.events.unshift(...stretch.events);
      read.skipped += stretch.skipped;
      read.since = from;
      read.edge = stretch.events.some(isBirth) || (from === 0 && stretch.prunedTo === 0) ? 'beginning' : from <= stretch.prunedTo ? 'pruned' : null;
    }
    return read;
  }

  /** Null when it holds too many to be read at once. */
  async #between(from: number, to: number, signal: AbortSignal): Promise<{ events: SessionEvent[]; skipped: number; prunedTo: number } | null> {
    const events: SessionEvent[] = [];
    let skipped = 0;
    for (let at = from, pages = 0; ; pages += 1) {
      if (pages === MOST_PAGES && to - from > FIRST_SPAN) return null;
      const page = await this.#page(at, signal);
      events.push(...page.events.filter(isOfSession).filter((event) => event.payload.seq <= to));
      skipped += page.skipped;
      at = page.seq;
      if (at >= to || page.events.length + page.skipped < PAGE) return { events, skipped, prunedTo: page.pruned_to };
    }
  }

  #page(after: number, signal: AbortSignal): Promise<EventPage> {
    return this.api.sessionEvents(this.id, { after, limit: PAGE }, { signal });
  }
}
