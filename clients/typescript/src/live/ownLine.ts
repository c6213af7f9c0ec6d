import type { Socket } from 'phoenix';
import type { HubApi } from '../http/hubApi.js';
import { HubError } from '../http/hubError.js';
import type { Requests } from '../http/request.js';
import type { Connection } from './connection.js';
import { Fallback } from './fallback.js';
import type { Followed, Line, LineEvents } from './line.js';
import { isTooLarge } from './messageSize.js';
import { openSocket, type SocketOptions } from './socket.js';
import type { TopicFeed } from './topicFeed.js';

export interface OwnLineParts {
  readonly socket: SocketOptions;
  readonly endpoint: string;
  readonly http: Requests;
  readonly api: HubApi;
}

/** How often the line is looked at. */
const LOOK_MS = 15_000;
/** The hub ends a socket that says nothing for 35 s; the timers of a hidden page run once a minute. Later ones: the machine slept. */
const SLEPT_MS = 90_000;

/** A socket of one's own: the official client, and HTTP while it is down. */
export class OwnLine implements Line {
  readonly #socket: Socket;
  readonly #fallback: Fallback;
  readonly #feeds = new Set<TopicFeed>();
  #looks: ReturnType<typeof setInterval> | undefined;
  #lookedAt = 0;
  /** What was still opening when it was looked at. */
  #opening: object | null = null;

  constructor({ socket, endpoint, http, api }: OwnLineParts, private readonly events: LineEvents) {
    this.#socket = openSocket(socket, endpoint);
    this.#fallback = new Fallback({
      http,
      api,
      feeds: () => [...this.#feeds],
      by: (by) => events.happened({ type: 'fallback', by }),
      refused: ({ message: reason, code }) => events.happened({ type: 'refused', reason, code }),
    });
    this.#socket.onOpen(() => events.opened());
    this.#socket.onClose(() => events.closed(globalThis.navigator?.onLine !== false));
  }

  get isUp(): boolean {
    return this.#socket.isConnected();
  }

  connect(): void {
    this.#socket.connect();
    this.#lookedAt = Date.now();
    this.#looks = setInterval(() => this.#look(), LOOK_MS);
  }

  close(): void {
    clearInterval(this.#looks);
    this.#fallback.stop();
    this.#socket.disconnect();
  }

  shows({ phase, attempts }: Connection): void {
    if (phase === 'live') this.#fallback.stop();
    else if (attempts > 0) this.#fallback.start([...this.#feeds].every((feed) => feed.shown === null));
  }

  follow(feed: TopicFeed): Followed {
    let left = false;
    const channel = this.#socket.channel(feed.topic, () => feed.params());
    channel.onMessage = (name: string | null, payload: unknown) => {
      // It has no name where a join timed out that the socket's end had cancelled.
      if (left || name === null || name.startsWith('phx_') || name.startsWith('chan_reply_')) return payload;
      if (name === 'resync') feed.renew(payload);
      else feed.hear(name, payload);
      return payload;
    };
    let why: unknown = null;
    channel.onClose(() => {
      this.#feeds.delete(feed);
      if (!left) feed.refuse(why);
    });
    channel.onError(() => {
      // With the socket itself down, its own close says so.
      if (left || !this.isUp) return;
      feed.lose();
      this.events.interrupted();
    });
    channel
      .join()
      .receive('ok', (reply: unknown) => { if (!left) feed.answer(reply); })
      .receive('error', (reply: unknown) => { why = reply; });
    this.#feeds.add(feed);
    this.#fallback.widen();
    return {
      push: (event, payload) => new Promise((resolve, reject) => {
        if (isTooLarge(feed.topic, event, payload)) return reject(new HubError('A push may have at most 64 KiB', 'too_large'));
        channel
          .push(event, payload)
          .receive('ok', (reply: { seq: number }) => resolve(reply))
          .receive('error', (reply: unknown) => reject(HubError.ofReply(reply, `The hub refused ${event}`)))
          .receive('timeout', () => reject(new HubError('The hub does not answer', 'unreachable')));
      }),
      leave: () => {
        left = true;
        this.#feeds.delete(feed);
        channel.leave();
      },
    };
  }

  /** Gives up a socket that does not open, and one that the hub gave up while the machine slept: nobody says so by itself. */
  #look(): void {
    const { conn } = this.#socket as unknown as { conn: WebSocket | null };
    const slept = Date.now() - this.#lookedAt > SLEPT_MS;
    if (slept || (conn !== null && conn === this.#opening)) conn?.close();
    this.#opening = this.#socket.connectionState() === 'connecting' ? conn : null;
    this.#lookedAt = Date.now();
  }
}
