import { HubApi } from './http/hubApi.js';
import { Requests } from './http/request.js';
import { initialConnection, nextConnection, type Connection, type ConnectionEvent } from './live/connection.js';
import type { Line, LineEvents } from './live/line.js';
import type { StateOf } from './live/models.js';
import { OwnLine } from './live/ownLine.js';
import { nextFrame, type Schedule } from './live/schedule.js';
import type { FeedInput, TopicFeed } from './live/topicFeed.js';
import { UsedTopic } from './live/usedTopic.js';
import type { HubEvent } from './protocol/events.js';
import type { Topic } from './protocol/topics.js';
import type { Watch } from './watch.js';

export interface HubOptions {
  /** Where the hub is, such as `https://hub.example`; in a browser, by default, where the page came from. */
  readonly url?: string;
  /** A key or a short-lived token; a function is asked anew for every request and connection. */
  readonly token?: string | (() => string);
  /** The WebSocket class, where there is no global one: before Node 22, that of `ws`. */
  readonly transport?: new (endpoint: string) => object;
  readonly fetch?: typeof fetch;
  /** When waiting events are applied; by default with the next frame. */
  readonly schedule?: Schedule;
}

/** A topic that nobody uses any more is left after this time: a page that is opened again at once joins nothing anew. */
const LINGER_MS = 1_000;

/** Makes the line that a hub uses; `own` makes one with a socket of its own. */
export type MakeLine = (events: LineEvents, own: (events: LineEvents) => Line) => Line;

/** A topic for whoever passes it on. */
export interface Relay {
  readonly feed: TopicFeed;
  push(event: string, payload: object): Promise<{ readonly seq: number }>;
  leave(): void;
}

/**
 * Follows a hub over one socket. Each topic is joined once however many use it, resumed by its cursor after a break, and
 * kept up over HTTP only while the socket is down. Listeners are told synchronously; no two of them ever see another order.
 */
export class Hub {
  readonly api: HubApi;
  readonly #line: Line;
  readonly #schedule: Schedule;
  readonly #topics = new Map<Topic, UsedTopic>();
  readonly #waiting = new Set<TopicFeed>();
  readonly #onConnection = new Set<() => void>();
  readonly #onState = new Set<(topic: Topic) => void>();
  #connection = initialConnection;
  #open = false;
  #closed = false;

  constructor({ url = '', token, transport, fetch: send, schedule = nextFrame }: HubOptions = {}, makeLine: MakeLine = (events, own) => own(events)) {
    if (!transport && typeof WebSocket === 'undefined') {
      throw new Error('There is no WebSocket here: give one as `transport`, such as that of the package `ws`');
    }
    const base = url.replace(/\/+$/, '');
    const secret = token === undefined ? null : typeof token === 'function' ? token : () => token;
    const http = new Requests(base, secret, send ?? ((...call) => fetch(...call)));
    this.api = new HubApi(http);
    this.#schedule = schedule;
    const socket = { ...(transport && { transport }), ...(secret && { authToken: secret }) };
    const endpoint = `${base.replace(/^http/, 'ws')}/socket`;
    this.#line = makeLine({
      opened: () => this.#settle(),
      closed: (online) => {
        if (!this.#open) return;
        for (const { feed } of this.#topics.values()) feed.lose();
        this.#happened({ type: 'dropped', online, at: Date.now() });
      },
      interrupted: () => this.#happened({ type: 'interrupted', at: Date.now() }),
      happened: (event) => this.#happened(event),
    }, (events) => new OwnLine({ socket, endpoint, http, api: this.api }, events));
  }

  get connection(): Connection {
    return this.#connection;
  }

  /** Connects, and stays connected until `close`. */
  connect(): void {
    if (this.#open) return;
    this.#open = true;
    this.#closed = false;
    this.#happened({ type: 'started', at: Date.now() });
    this.#line.connect();
  }

  /** Leaves everything, for good. What is watched after another `connect` begins anew. */
  close(): void {
    this.#open = false;
    this.#closed = true;
    for (const joined of this.#topics.values()) joined.end();
    this.#topics.clear();
    this.#line.close();
    this.#become(initialConnection);
  }

  onConnection(listener: () => void): () => void {
    this.#onConnection.add(listener);
    return () => this.#onConnection.delete(listener);
  }

  /** Told when a topic's state or refusal is another, and when nobody uses it any more. */
  onState(listener: (topic: Topic) => void): () => void {
    this.#onState.add(listener);
    return () => this.#onState.delete(listener);
  }

  /** The topics that are joined now. */
  get topics(): readonly Topic[] {
    return [...this.#topics.keys()];
  }

  /** What is known of a topic that somebody uses. */
  peek<T extends Topic>(topic: T): Pick<Watch<T>, 'state' | 'status' | 'refusal'> | null {
    const feed = this.#topics.get(topic)?.feed;
    return feed ? { state: feed.shown as StateOf<T> | null, status: feed.status, refusal: feed.refusal } : null;
  }

  /** Uses a topic until `leave`. */
  watch<T extends Topic>(topic: T): Watch<T> {
    const joined = this.#join(topic);
    joined.uses += 1;
    const own = new Set<() => void>();
    const ends = new Set<() => void>();
    const add = <L>(listeners: Set<L>, listener: L): (() => void) => {
      // Its own object, so that the same function given twice is told twice.
      listeners.add(listener);
      const remove = (): void => { listeners.delete(listener); own.delete(remove); };
      own.add(remove);
      return remove;
    };
    let left = false;
    const watch: Watch<T> = {
      topic,
      get state() { return joined.feed.shown as StateOf<T> | null; },
      get status() { return joined.feed.status; },
      get refusal() { return joined.feed.refusal; },
      ready: () => first<StateOf<T>>(joined.feed, left || joined.ended || this.#closed, (look, end) => {
        const remove = [add(joined.onChange, look), add(joined.onEnd, end), add(ends, end)];
        return () => { for (const each of remove) each(); };
      }),
      onChange: (listener) => add(joined.onChange, () => listener()),
      onEvent: (listener) => add(joined.onEvent, (event: HubEvent) => listener(event as never)),
      push: (event, payload) => joined.followed.push(event, payload),
      leave: () => {
        if (left) return;
        left = true;
        for (const end of [...ends]) end();
        for (const remove of [...own]) remove();
        joined.uses -= 1;
        if (joined.uses === 0) setTimeout(() => this.#leaveUnused(joined), LINGER_MS);
      },
    };
    return watch;
  }

  /** Uses a topic until `leave`, to pass on each thing that it is told, in order: what a shared worker does for its pages. */
  relay(topic: Topic, to: (input: FeedInput) => void): Relay {
    const watch = this.watch(topic);
    const { feed, followed, onInput } = this.#topics.get(topic)!;
    onInput.add(to);
    return {
      feed,
      push: followed.push,
      leave: () => {
        onInput.delete(to);
        watch.leave();
      },
    };
  }

  #join(topic: Topic): UsedTopic {
    const present = this.#topics.get(topic);
    // A refused topic that nobody uses is asked for again.
    if (present && (present.uses > 0 || present.feed.status !== 'refused')) return present;
    const joined = new UsedTopic(topic, this.#line, {
      waiting: (feed) => this.#wait(feed),
      changed: (changed) => this.#changed(changed),
      ignored: (why, count) => this.#happened({ type: why, count }),
      epoch: (epoch) => this.#happened({ type: 'epoch', epoch }),
    });
    this.#topics.set(topic, joined);
    return joined;
  }

  #leaveUnused(joined: UsedTopic): void {
    if (joined.uses > 0 || this.#topics.get(joined.topic) !== joined) return;
    this.#topics.delete(joined.topic);
    joined.followed.leave();
    for (const listener of [...this.#onState]) listener(joined.topic);
    this.#settle();
  }

  #wait(feed: TopicFeed): void {
    const first = this.#waiting.size === 0;
    this.#waiting.add(feed);
    if (first) this.#schedule(() => {
      const feeds = [...this.#waiting];
      this.#waiting.clear();
      for (const each of feeds) each.flush();
    });
  }

  #changed(topic: Topic): void {
    const joined = this.#topics.get(topic);
    for (const listener of [...(joined?.onChange ?? [])]) listener();
    for (const listener of [...this.#onState]) listener(topic);
    this.#settle();
  }

  /** Live is who has an answer to everything that was asked for. */
  #settle(): void {
    if (!this.#open || !this.#line.isUp) return;
    const feeds = [...this.#topics.values()].map((joined) => joined.feed);
    const [refused] = feeds;
    if (refused?.refusal && feeds.every((feed) => feed.status === 'refused')) {
      if (this.#connection.refusal === null) this.#happened({ type: 'refused', reason: refused.refusal.message, code: refused.refusal.code });
    } else if (this.#connection.phase !== 'live' && feeds.every((feed) => feed.status === 'live' || feed.status === 'refused')) {
      this.#happened({ type: 'joined' });
    }
  }

  #happened(event: ConnectionEvent): void {
    if (!this.#open) return;
    this.#become(nextConnection(this.#connection, event));
  }

  #become(next: Connection): void {
    if (next === this.#connection) return;
    this.#connection = next;
    if (this.#open) this.#line.shows(next);
    for (const listener of [...this.#onConnection]) listener();
  }
}

/** A feed's first state, or its refusal; or that there will be neither. */
const first = <S>(feed: TopicFeed, over: boolean, listen: (look: () => void, end: () => void) => () => void): Promise<S> => new Promise((resolve, reject) => {
  const end = (): void => reject(new Error(`${feed.topic} was left, or the hub closed, before its state was known`));
  const look = (): boolean => {
    if (feed.refusal) reject(feed.refusal);
    else if (feed.shown !== null) resolve(feed.shown as S);
    return feed.refusal !== null || feed.shown !== null;
  };
  if (look()) return;
  if (over) return end();
  const stop = listen(() => { if (look()) stop(); }, () => { end(); stop(); });
});
