import type { HubApi } from '../http/hubApi.js';
import { HubError } from '../http/hubError.js';
import type { Requests } from '../http/request.js';
import { sessionIn, type FleetState } from '../fleet/state.js';
import { isRecord } from '../protocol/checks.js';
import { parseEvent } from '../protocol/parse.js';
import { tells } from '../protocol/topics.js';
import type { Connection } from './connection.js';
import { followStream } from './eventStream.js';
import type { Cursor, TopicFeed } from './topicFeed.js';

const EVERY_MS = 10_000;
/** A page that has nothing to show yet asks sooner. */
const FIRST_WHEN_EMPTY_MS = 1_000;

export interface FallbackParts {
  readonly http: Requests;
  readonly api: HubApi;
  feeds(): readonly TopicFeed[];
  by(fallback: Connection['fallback']): void;
  refused(why: HubError): void;
}

/**
 * Keeps the state up over HTTP while the socket is down, from `start` to `stop`: it asks every ten seconds, and once the
 * hub answers, follows its server-sent events for as long as they last. What arrives after `stop` is thrown away.
 */
export class Fallback {
  #running: AbortController | null = null;
  /** Whether it is about to ask, soon, and will ask for whatever is watched by then. */
  #asksSoon = false;
  #streams = false;

  constructor(private readonly parts: FallbackParts) {}

  start(nothingShown: boolean): void {
    if (this.#running) return;
    this.#running = new AbortController();
    this.#asksSoon = nothingShown;
    void this.#run(nothingShown ? FIRST_WHEN_EMPTY_MS : EVERY_MS, this.#running.signal);
  }

  /** Another topic is watched: what runs leaves it out, so it begins anew, and soon. */
  widen(): void {
    if (!this.#running || this.#asksSoon) return;
    if (this.#streams) this.parts.by('polling');
    this.stop();
    this.start(true);
  }

  stop(): void {
    this.#running?.abort();
    this.#running = null;
    this.#asksSoon = false;
    this.#streams = false;
  }

  async #run(first: number, signal: AbortSignal): Promise<void> {
    for (let wait = first; await waited(wait, signal); wait = EVERY_MS) {
      this.#asksSoon = false;
      try {
        await this.#follow(await this.#poll(signal), signal);
      } catch (failure) {
        if (signal.aborted) return;
        this.parts.by(null);
        // The handshake of a socket cannot say why it was refused; this can.
        const refused = failure instanceof HubError && (failure.status === 401 || failure.status === 403);
        if (refused) this.parts.refused(failure);
      }
    }
  }

  /**
   * Gives the topics that there are and that the key may see: the hub would refuse a stream of all of them for one that it
   * refuses. Throws when it refuses everything.
   */
  async #poll(signal: AbortSignal): Promise<readonly TopicFeed[]> {
    const there: TopicFeed[] = [];
    let refused: HubError | null = null;
    for (const feed of this.parts.feeds()) {
      try {
        const told = await feed.model.poll(this.parts.api, feed.topic, feed.shown ?? feed.model.empty, signal);
        if (signal.aborted) return [];
        feed.polled(told);
        there.push(feed);
      } catch (failure) {
        if (signal.aborted || !(failure instanceof HubError)) throw failure;
        if (failure.status === 403) {
          refused = failure;
          if (feed.status !== 'refused') feed.refuse({ code: failure.code, message: failure.message });
        } else if (failure.status !== 404) {
          throw failure;
        }
      }
    }
    if (refused && there.length === 0) throw refused;
    this.parts.by('polling');
    return there;
  }

  async #follow(feeds: readonly TopicFeed[], signal: AbortSignal): Promise<void> {
    if (feeds.length === 0) return;
    const ended = await followStream(this.parts.http, feeds.map((feed) => feed.topic), lowest(feeds), {
      opened: () => {
        if (signal.aborted) return;
        this.#streams = true;
        this.parts.by('stream');
      },
      reset: (payload) => { if (!signal.aborted) reset(feeds, payload); },
      event: (name, payload) => { if (!signal.aborted) dispatch(feeds, name, payload); },
    }, signal).catch((failure: unknown) => failure);
    if (signal.aborted) return;
    this.#streams = false;
    this.parts.by(ended instanceof HubError ? 'polling' : null);
  }
}

/** The one cursor for all topics: the lowest, as each topic skips what it has; null when one has none. */
function lowest(feeds: readonly TopicFeed[]): Cursor | null {
  const cursors = feeds.filter((feed) => feed.model.logged).map((feed) => feed.cursor);
  const [first] = cursors;
  if (!first || cursors.some((cursor) => cursor?.epoch !== first.epoch)) return null;
  return { epoch: first.epoch, after: Math.min(...cursors.map((cursor) => cursor!.after)) };
}

function reset(feeds: readonly TopicFeed[], payload: unknown): void {
  if (!isRecord(payload)) return;
  const { snapshot } = payload;
  for (const feed of feeds) {
    const own = feeds.length === 1 ? snapshot : isRecord(snapshot) ? snapshot[feed.topic] : null;
    feed.renew({ ...payload, snapshot: own });
  }
}

/** A stream tells each event once, and does not say for which of the topics. */
function dispatch(feeds: readonly TopicFeed[], name: string, payload: unknown): void {
  const event = parseEvent(name, payload);
  if (typeof event === 'string') return feeds[0]?.hear(name, payload);
  for (const feed of feeds) {
    // Asked of a project's topic only, whose state is a fleet.
    const knows = (id: string): boolean => {
      feed.flush();
      return feed.shown !== null && sessionIn(feed.shown as FleetState, id) !== null;
    };
    if (tells(feed.topic, event, knows)) feed.hear(name, payload);
  }
}

/** True after so many milliseconds; false as soon as the signal is given. */
const waited = (ms: number, signal: AbortSignal): Promise<boolean> => new Promise((resolve) => {
  if (signal.aborted) return resolve(false);
  const end = (whole: boolean) => () => {
    clearTimeout(timer);
    signal.removeEventListener('abort', stopped);
    resolve(whole);
  };
  const stopped = end(false);
  const timer = setTimeout(end(true), ms);
  signal.addEventListener('abort', stopped);
});
