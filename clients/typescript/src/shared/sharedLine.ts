import { HubError } from '../http/hubError.js';
import type { Connection } from '../live/connection.js';
import type { Followed, Line, LineEvents } from '../live/line.js';
import { giveTo, type TopicFeed } from '../live/topicFeed.js';
import type { Topic } from '../protocol/topics.js';
import { holdLock, whenReleased, type Locks } from './locks.js';
import { VERSION, type LineState, type ToPage, type ToWorker } from './messages.js';

/** A worker that says nothing for so long will not. */
const WELCOME_MS = 10_000;

export interface SharedLineParts {
  readonly worker: () => Pick<SharedWorker, 'port' | 'addEventListener'>;
  readonly url: string;
  readonly token: string | null;
  readonly locks: Locks;
}

interface Following {
  readonly feed: TopicFeed;
  readonly ref: number;
  /** Whether what is said of the topic now is said to this feed. */
  begun: boolean;
  /** Once this page is on its own. */
  own: Followed | null;
}

interface Pushed {
  resolve(reply: { seq: number }): void;
  reject(refused: HubError): void;
}

/**
 * In a page: the line of a shared worker. Without an answer from it, and when it dies, the page goes on with a socket of its
 * own: its feeds have their cursors, so that nothing is missed.
 */
export class SharedLine implements Line {
  readonly #following = new Map<Topic, Following>();
  readonly #pushes = new Map<number, Pushed>();
  /** Given up by `close`; each `connect` has its own. */
  #closed = new AbortController();
  #page: ReturnType<typeof holdLock> | null = null;
  #port: MessagePort | null = null;
  #own: Line | null = null;
  #up = false;
  #refs = 0;
  #late: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly parts: SharedLineParts,
    private readonly events: LineEvents,
    private readonly makeOwn: (events: LineEvents) => Line,
  ) {}

  get isUp(): boolean {
    return this.#own?.isUp ?? this.#up;
  }

  connect(): void {
    this.#closed = new AbortController();
    const { signal } = this.#closed;
    this.#page = holdLock(this.parts.locks, 'rollcall-page');
    this.#late = setTimeout(() => this.#goAlone(), WELCOME_MS);
    // A page that the browser had put away has lost its lock, and was forgotten.
    globalThis.addEventListener?.('pageshow', ({ persisted }) => { if (persisted) this.#goAlone(); }, { signal });
    const failed = (): void => { if (!signal.aborted) this.#goAlone(); };
    this.#page.held.then((lock) => {
      if (signal.aborted || this.#own) return;
      const worker = this.parts.worker();
      // Its script cannot be loaded, or may not be.
      worker.addEventListener('error', failed);
      const { port } = worker;
      this.#port = port;
      port.onmessage = ({ data }: MessageEvent<string[]>) => {
        // What was on its way when the page closed.
        if (this.#port !== port) return;
        for (const said of data) {
          // A listener that throws must not cost the others what follows.
          try {
            this.#hear(JSON.parse(said) as ToPage);
          } catch (failure) {
            reportError(failure);
          }
        }
        this.#say({ is: 'read' });
      };
      this.#say({ is: 'hello', version: VERSION, lock, url: this.parts.url, token: this.parts.token });
      for (const [topic, { ref }] of this.#following) this.#say({ is: 'follow', ref, topic });
    }).catch(failed);
  }

  close(): void {
    this.#closed.abort();
    this.#hangUp();
    this.#own?.close();
    this.#own = null;
  }

  shows(connection: Connection): void {
    this.#own?.shows(connection);
  }

  follow(feed: TopicFeed): Followed {
    const { topic } = feed;
    const following: Following = { feed, ref: ++this.#refs, begun: false, own: this.#own?.follow(feed) ?? null };
    this.#following.set(topic, following);
    this.#say({ is: 'follow', ref: following.ref, topic });
    return {
      push: (event, payload) => (following.own ? following.own.push(event, payload) : this.#push(topic, event, payload)),
      leave: () => {
        if (this.#following.get(topic) === following) this.#following.delete(topic);
        if (following.own) following.own.leave();
        else this.#say({ is: 'leave', topic });
      },
    };
  }

  #say(message: ToWorker): void {
    this.#port?.postMessage(message);
  }

  #push(topic: Topic, event: string, payload: object): Promise<{ seq: number }> {
    if (!this.#port) return Promise.reject(unreachable());
    const ref = ++this.#refs;
    return new Promise((resolve, reject) => {
      this.#pushes.set(ref, { resolve, reject });
      this.#say({ is: 'push', ref, topic, event, payload });
    });
  }

  #hear(said: ToPage): void {
    switch (said.is) {
      case 'welcome':
        if (said.version !== VERSION) return this.#goAlone();
        clearTimeout(this.#late);
        whenReleased(this.parts.locks, said.lock, this.#closed.signal, () => this.#goAlone());
        return this.#lineIs(said.line);
      case 'following': {
        const following = this.#following.get(said.topic);
        if (following?.ref === said.ref) following.begun = true;
        return;
      }
      case 'topic': {
        const { feed, begun } = this.#following.get(said.topic) ?? {};
        if (!feed || !begun) return;
        const wasLive = feed.status === 'live';
        giveTo(feed, said.input);
        if (said.input[0] === 'lose' && wasLive && this.#up) this.events.interrupted();
        return;
      }
      case 'line':
        return this.#lineIs(said.line);
      case 'opened':
        this.#up = true;
        return this.events.opened();
      case 'closed':
        this.#up = false;
        return this.events.closed(said.online);
      case 'happened':
        return this.events.happened(said.event);
      case 'pushed':
      case 'refused': {
        const pushed = this.#pushes.get(said.ref);
        this.#pushes.delete(said.ref);
        if (said.is === 'pushed') pushed?.resolve(said.reply);
        else pushed?.reject(new HubError(said.message, said.code));
        return;
      }
      case 'error': {
        const thrown = new Error(`In the shared worker: ${said.message}`);
        thrown.stack = said.stack;
        return reportError(thrown);
      }
      default: {
        const unhandled: never = said;
        return unhandled;
      }
    }
  }

  #lineIs({ up, fallback, refused }: LineState): void {
    if (up !== this.#up) {
      this.#up = up;
      if (up) this.events.opened();
      else this.events.closed(true);
    }
    if (up) return;
    this.events.happened({ type: 'fallback', by: fallback });
    if (refused) this.events.happened(refused);
  }

  #goAlone(): void {
    if (this.#own || this.#closed.signal.aborted) return;
    const wasUp = this.#up;
    this.#hangUp();
    this.#own = this.makeOwn(this.events);
    if (wasUp) this.events.closed(true);
    for (const following of this.#following.values()) following.own = this.#own.follow(following.feed);
    this.#own.connect();
  }

  #hangUp(): void {
    clearTimeout(this.#late);
    this.#say({ is: 'bye' });
    this.#port?.close();
    this.#port = null;
    this.#up = false;
    this.#page?.release();
    for (const { reject } of this.#pushes.values()) reject(unreachable());
    this.#pushes.clear();
  }
}

const unreachable = (): HubError => new HubError('The hub does not answer', 'unreachable');
