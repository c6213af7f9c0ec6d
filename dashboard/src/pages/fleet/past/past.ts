import { applyEvents, emptyFleet, HubError, replaceFleet, type FleetState, type FleetThen, type HubApi, type HubEvent } from '../../../data';

/** Events that are read in a few milliseconds. */
const PAGE = 500;
/** So many events ahead are enough to play on while the next page comes. */
const AHEAD = 250;
/** How often the end of the log is looked at for more. */
const REREAD_MS = 1_000;
export const speeds = [1, 10, 60, 600] as const;
export type Speed = (typeof speeds)[number];

/** What is to be seen of the past at one moment. */
export interface Seen {
  /** Null until the log has told when it begins. */
  from: number | null;
  to: number;
  /** The moment that is shown, in milliseconds, and the last event until then. */
  moment: number;
  seq: number;
  fleet: FleetState | null;
  /** What happened last, as far as it was read. */
  last: HubEvent | null;
  playing: boolean;
  speed: Speed;
  /** The hub was asked and has not answered yet. */
  asking: boolean;
  failure: string | null;
}

type Moment = { readonly seq: number } | { readonly time: string };
type Hub = Pick<HubApi, 'events' | 'fleetAt'>;

/** A thumb that is dragged asks when it rests. */
const patience = (signal: AbortSignal): Promise<void> => new Promise((resolve, reject) => {
  const timer = setTimeout(resolve, 120);
  signal.addEventListener('abort', () => {
    clearTimeout(timer);
    reject(new Error('Somebody asked for something else'));
  });
});

const timeOf = ({ payload }: HubEvent): number => Date.parse(payload.time);

/**
 * Goes through the past of a fleet. The hub is asked for one state, and for the events after it in pages; every moment
 * between is those events applied to that state, as the live page would have applied them. Told to its listeners; one
 * thing at a time: what is asked for last is what counts.
 */
export class Past {
  #seen: Seen;
  readonly #listeners = new Set<() => void>();
  /** The state after event `#anchor.seq`, and what followed: `#events[#next]` is the first that is not shown yet. */
  #anchor: { fleet: FleetState; seq: number; moment: number } | null = null;
  #events: HubEvent[] = [];
  #next = 0;
  /** The log was read until here; more may follow. */
  #readTo = 0;
  #head = 0;
  /** When the log was last read; until then it is known where its end was reached. */
  #readAt = 0;
  /** The oldest event that the log still has. */
  #first = 1;
  #reading: Promise<void> | null = null;
  #asked = new AbortController();

  constructor(private readonly hub: Hub, private readonly now: () => number = Date.now) {
    const time = now();
    this.#seen = {
      from: null, to: time, moment: time, seq: 0, fleet: null, last: null, playing: false, speed: 10, asking: false, failure: null,
    };
  }

  read = (): Seen => this.#seen;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Finds out where the log begins, and goes to a moment of it; to its last event when there is none. */
  open = (moment: Moment | null): Promise<void> => this.#ask(async (signal) => {
    const { events, head } = await this.hub.events({ limit: 1 }, { signal });
    this.#head = head;
    const first = events[0];
    if (!first) return this.#tell({ from: null, to: this.now(), fleet: emptyFleet });
    this.#first = first.payload.seq;
    this.#tell({ from: timeOf(first), to: this.now() });
    await this.#goTo(moment ?? { seq: head }, signal);
  });

  /** Goes to a time, in milliseconds. What was read already needs no question. */
  async seek(time: number): Promise<void> {
    const { from, to } = this.#seen;
    const at = Math.min(Math.max(time, from ?? to), to);
    this.#tell({ moment: at, playing: false });
    if (this.#has(at)) return this.#showUntil(at);
    return this.#ask(async (signal) => {
      await patience(signal);
      if (at < to) return this.#goTo({ time: new Date(at).toISOString() }, signal);
      // A clock may be ahead of the hub's: the end of the log is by its last event.
      const { head } = await this.hub.events({ after: this.#head, limit: 1 }, { signal });
      await this.#goTo({ seq: head }, signal);
    });
  }

  /** Goes to the next event, or to the one before. */
  async step(by: 1 | -1): Promise<void> {
    this.pause();
    if (by === 1 && this.#next >= this.#events.length) await this.#readOn();
    if (by === -1 && this.#next === 0) await this.#readBack();
    const next = this.#next + by;
    if (next < 0 || next > this.#events.length) return;
    this.#show(next, next === 0 ? (this.#anchor?.moment ?? this.#seen.moment) : timeOf(this.#events[next - 1]!));
  }

  setSpeed = (speed: Speed): void => this.#tell({ speed });
  pause = (): void => this.#tell({ playing: false });
  play = (): void => {
    if (this.#seen.fleet && this.#seen.from !== null) this.#tell({ playing: true });
  };

  /** So much real time has passed: goes on in the past at its speed, and stops where now begins. */
  tick(elapsed: number): void {
    const { playing, asking, moment, speed } = this.#seen;
    if (!playing || asking || !this.#anchor) return;
    const to = this.now();
    const wanted = moment + elapsed * speed;
    const atEnd = this.#readTo >= this.#head;
    if (this.#events.length - this.#next < AHEAD && (!atEnd || to - this.#readAt > REREAD_MS)) void this.#readOn();
    // Beyond what was read nobody knows what comes: it waits there.
    const last = this.#events.at(-1);
    const known = atEnd ? this.#readAt : last ? timeOf(last) : moment;
    this.#tell({ to });
    this.#showUntil(Math.max(moment, Math.min(wanted, known)));
    if (atEnd && wanted >= to) this.pause();
  }

  close(): void {
    this.#asked.abort();
    this.pause();
  }

  #has = (time: number): boolean => {
    if (!this.#anchor || time < this.#anchor.moment) return false;
    const last = this.#events.at(-1);
    if (this.#readTo >= this.#head) return time <= this.#readAt;
    return last !== undefined && time < timeOf(last);
  };

  /** Shows everything until a time, that of the last event included. */
  #showUntil(time: number): void {
    let next = this.#next;
    while (next < this.#events.length && timeOf(this.#events[next]!) <= time) next++;
    while (next > 0 && timeOf(this.#events[next - 1]!) > time) next--;
    this.#show(next, time);
  }

  #show(next: number, moment: number): void {
    const { fleet } = this.#seen;
    if (!this.#anchor || !fleet) return;
    const forward = next >= this.#next;
    const shown = applyEvents(forward ? fleet : this.#anchor.fleet, this.#events.slice(forward ? this.#next : 0, next));
    this.#next = next;
    const last = this.#events[next - 1] ?? null;
    this.#tell({ fleet: shown, moment, last, seq: last?.payload.seq ?? this.#anchor.seq });
    this.#letGo();
  }

  /** Far behind, what was shown becomes the state that everything begins with. */
  #letGo(): void {
    if (this.#next <= 4 * PAGE || !this.#anchor) return;
    const gone = this.#events.slice(0, this.#next - PAGE);
    const last = gone.at(-1)!;
    this.#anchor = { fleet: applyEvents(this.#anchor.fleet, gone), seq: last.payload.seq, moment: timeOf(last) };
    this.#events = this.#events.slice(gone.length);
    this.#next -= gone.length;
  }

  async #goTo(moment: Moment, signal: AbortSignal): Promise<void> {
    if ('time' in moment) {
      // Before the beginning there was nothing, and the hub answers nothing of its future.
      const from = this.#seen.from ?? 0;
      if (Date.parse(moment.time) >= this.now()) return this.#goTo({ seq: this.#head }, signal);
      this.#begin(await this.hub.fleetAt({ time: new Date(Math.max(Date.parse(moment.time), from)).toISOString() }, { signal }));
      return this.#readOn(signal);
    }
    // One earlier, so that the event itself can be told.
    this.#begin(await this.hub.fleetAt({ seq: Math.max(this.#first, moment.seq) - 1 }, { signal }));
    await this.#readOn(signal);
    const event = this.#events[0];
    if (event && event.payload.seq <= moment.seq) this.#show(1, timeOf(event));
  }

  #begin(then: FleetThen): void {
    const fleet = replaceFleet(emptyFleet, { epoch: then.epoch, sessions: then.sessions });
    const moment = Date.parse(then.time);
    this.#anchor = { fleet, seq: then.seq, moment };
    this.#events = [];
    this.#next = 0;
    this.#readTo = then.seq;
    this.#reading = null;
    this.#tell({ fleet, moment, seq: then.seq, last: null });
  }

  /** Reads the next page; one at a time. */
  #readOn(signal = this.#asked.signal): Promise<void> {
    this.#reading ??= this.hub.events({ after: this.#readTo, limit: PAGE }, { signal }).then(
      (page) => {
        if (signal.aborted) return;
        this.#head = page.head;
        this.#readTo = page.seq;
        this.#readAt = this.now();
        // Not in place: what is shown may be on its way through the list.
        this.#events = [...this.#events, ...page.events];
      },
      (failed: unknown) => {
        if (!signal.aborted) this.#tell({ failure: wordsOf(failed), playing: false });
      },
    ).finally(() => {
      if (!signal.aborted) this.#reading = null;
    });
    return this.#reading;
  }

  /** Begins a page earlier, at the same event. */
  #readBack = (): Promise<void> => this.#ask(async (signal) => {
    const { seq } = this.#seen;
    if (seq < this.#first) return;
    const then = await this.hub.fleetAt({ seq: Math.max(this.#first - 1, seq - AHEAD) }, { signal });
    const page = await this.hub.events({ after: then.seq, limit: PAGE }, { signal });
    this.#begin(then);
    this.#readTo = page.seq;
    this.#head = page.head;
    this.#readAt = this.now();
    this.#events = [...page.events];
    const next = page.events.filter(({ payload }) => payload.seq <= seq).length;
    if (next > 0) this.#show(next, timeOf(page.events[next - 1]!));
  });

  async #ask(what: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.#asked.abort();
    const asked = (this.#asked = new AbortController());
    this.#reading = null;
    this.#tell({ asking: true, failure: null });
    try {
      await what(asked.signal);
    } catch (failed) {
      if (!asked.signal.aborted) this.#tell({ failure: wordsOf(failed), playing: false });
    } finally {
      if (this.#asked === asked) this.#tell({ asking: false });
    }
  }

  #tell(change: Partial<Seen>): void {
    if (Object.entries(change).every(([key, value]) => this.#seen[key as keyof Seen] === value)) return;
    this.#seen = { ...this.#seen, ...change };
    this.#listeners.forEach((listener) => listener());
  }
}

const wordsOf = (failed: unknown): string => (failed instanceof HubError || failed instanceof Error ? failed.message : String(failed));
