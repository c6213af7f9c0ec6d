import { HubError } from '../http/hubError.js';
import { isRecord } from '../protocol/checks.js';
import type { HubEvent } from '../protocol/events.js';
import { parseEvent, parseJoinReply } from '../protocol/parse.js';
import type { Topic } from '../protocol/topics.js';
import type { Told, TopicModel } from './models.js';

/** A place in the hub's log. */
export interface Cursor {
  readonly epoch: string;
  readonly after: number;
}

/** `lost`: it was asked for, and the socket went down; the answer to the next join makes it live. */
export type TopicStatus = 'joining' | 'live' | 'lost' | 'refused';

/** What a feed is given, as data: `giveTo` gives it to another feed of the same topic. */
export type FeedInput =
  | readonly ['answer' | 'renew' | 'refuse', unknown]
  | readonly ['lose']
  | readonly ['hear', string, unknown]
  | readonly ['polled', Told];

export function giveTo(feed: TopicFeed, input: FeedInput): void {
  switch (input[0]) {
    case 'hear': return feed.hear(input[1], input[2]);
    case 'polled': return feed.polled(input[1]);
    case 'lose': return feed.lose();
    default: return feed[input[0]](input[1]);
  }
}

/** Where a feed tells what happened to it. */
export interface FeedEvents {
  /** Each thing that it is given, as it is, before it is looked at. */
  given?(input: FeedInput): void;
  /** There are events to apply: call `flush` soon. */
  waiting(): void;
  /** The state is another, or the status is. */
  changed(): void;
  heard(event: HubEvent): void;
  ignored(why: 'malformed' | 'unknown', count: number): void;
  /** The hub's log is this one. */
  epoch(epoch: string): void;
}

/**
 * One topic: its state, and the cursor that resumes it. It knows no transport: what a socket, a stream or a poll brings
 * is given to it. Events wait until `flush` applies them at once, so that a burst costs one new state.
 */
export class TopicFeed<S = unknown> {
  status: TopicStatus = 'joining';
  refusal: HubError | null = null;
  /** Null before the first snapshot. */
  shown: S | null = null;
  /** The last place that was heard of; a rejoin with it hears what was missed. */
  cursor: Cursor | null = null;
  #state: S;
  #waiting: HubEvent[] = [];

  constructor(
    readonly topic: Topic,
    readonly model: TopicModel<S>,
    private readonly events: FeedEvents,
  ) {
    this.#state = model.empty;
  }

  /** What a join asks with. */
  params(): object {
    return this.model.logged && this.cursor ? this.cursor : {};
  }

  /** A join was answered. */
  answer(payload: unknown): void {
    this.events.given?.(['answer', payload]);
    if (!this.#take(payload)) return;
    this.refusal = null;
    this.status = 'live';
    this.events.changed();
  }

  /** The hub tells the state anew: a resync, or the reset of a stream. */
  renew(payload: unknown): void {
    this.events.given?.(['renew', payload]);
    if (this.#take(payload)) this.events.changed();
  }

  refuse(reply: unknown): void {
    this.events.given?.(['refuse', reply]);
    this.status = 'refused';
    this.refusal = HubError.ofReply(reply, `The hub refused ${this.topic}`);
    this.events.changed();
  }

  /** The transport is gone. */
  lose(): void {
    if (this.status === 'refused' || this.status === 'lost') return;
    this.events.given?.(['lose']);
    this.status = 'lost';
    this.events.changed();
  }

  /** An event, by its name and payload as they came. */
  hear(name: string, payload: unknown): void {
    this.events.given?.(['hear', name, payload]);
    const event = parseEvent(name, payload);
    const seq = isRecord(payload) && typeof payload.seq === 'number' ? payload.seq : 0;
    if (seq > 0 && this.cursor) {
      if (seq <= this.cursor.after) return;
      this.cursor = { ...this.cursor, after: seq };
    }
    if (event === 'unknown' || event === 'malformed') return this.events.ignored(event, 1);
    this.#waiting.push(event);
    this.events.heard(event);
    this.events.waiting();
  }

  /** Applies what waits. */
  flush(): void {
    if (this.#waiting.length === 0) return;
    const events = this.#waiting;
    this.#waiting = [];
    this.#become(this.model.apply(this.#state, events));
  }

  /**
   * A state that was asked for over HTTP. It shows, but leaves the cursor alone: the rejoin then replays, and rows skip
   * what they have.
   */
  polled(told: Told): void {
    this.events.given?.(['polled', told]);
    if (this.cursor && this.cursor.epoch !== told.epoch) this.cursor = null;
    if (this.cursor && told.seq < this.cursor.after) return;
    if (this.#replace(told)) this.events.changed();
  }

  #take(payload: unknown): boolean {
    const reply = parseJoinReply(payload);
    if (!reply) {
      this.events.ignored('malformed', 1);
      return false;
    }
    // Without a snapshot, what was missed still has to be heard before the cursor may pass it.
    if (reply.resumed) return true;
    if (!this.#replace(reply)) return false;
    this.cursor = { epoch: reply.epoch, after: reply.seq };
    return true;
  }

  #replace(told: Told): boolean {
    const read = this.model.read(this.#state, told);
    if (read === null || read.malformed > 0) this.events.ignored('malformed', read?.malformed ?? 1);
    if (read === null) return false;
    this.#waiting = [];
    this.events.epoch(told.epoch);
    this.#state = this.shown = read.state;
    return true;
  }

  #become(state: S): void {
    if (state === this.#state) return;
    this.#state = state;
    // Before the first snapshot there is nothing to show.
    if (this.shown === null) return;
    this.shown = state;
    this.events.changed();
  }
}
