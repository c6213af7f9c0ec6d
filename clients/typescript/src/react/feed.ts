import type { QueryClient } from '@tanstack/react-query';
import type { Channel, Socket } from 'phoenix';
import { applyEvent } from '../fleet/applyEvent';
import { replaceFleet } from '../fleet/state';
import type { HubEvent } from '../protocol/events';
import { parseEvent, parseJoinReply, parseMetrics, parseSessions } from '../protocol/parse';
import { readConnection, readFleet, writeConnection, writeFleet, writeMetrics } from './cache';
import { nextConnection, type ConnectionEvent } from '../live/connection';
import { FallbackPolling, type SessionList } from '../live/fallback';
import { openSocket } from '../live/socket';

/**
 * Follows the hub over one socket and patches the cache in place; asks over HTTP only while that socket is down.
 * The cursor is the highest `seq` heard: a rejoin sends it, and hears what was missed or gets a snapshot.
 */
export class Feed {
  readonly #socket: Socket;
  readonly #polling: FallbackPolling;
  #cursor: { epoch: string; after: number } | null = null;
  #left = false;

  constructor(private readonly cache: QueryClient, socket = openSocket()) {
    this.#socket = socket;
    this.#polling = new FallbackPolling((list) => this.#onList(list));
  }

  /** Connects; returns how to leave. */
  start(): () => void {
    this.#socket.onClose(() => this.#connection({ type: 'dropped', online: navigator.onLine }));
    this.#join('sessions', () => this.#cursor ?? {}, (payload) => this.#onSessions(payload));
    // The aggregate is not in the log, so there is nothing to resume: every join brings it whole.
    this.#join('metrics', () => ({}), (payload) => this.#onMetrics(payload));
    this.#socket.connect();
    return () => {
      this.#left = true;
      this.#polling.stop();
      this.#socket.disconnect();
    };
  }

  #join(topic: string, params: () => object, onReply: (payload: unknown) => void): Channel {
    const channel = this.#socket.channel(topic, params);
    channel.onMessage = (name, payload) => {
      if (name === 'resync') onReply(payload);
      else this.#onEvent(name, payload);
      return payload;
    };
    let refused = 'The hub refused the connection';
    channel.onClose(() => this.#connection({ type: 'refused', reason: refused }));
    channel.onError(() => {
      // With the socket itself down, its own close says so.
      if (topic === 'sessions' && this.#socket.isConnected()) this.#connection({ type: 'interrupted' });
    });
    channel
      .join()
      .receive('ok', onReply)
      .receive('error', (why?: { message?: string; reason?: string }) => {
        refused = why?.message ?? why?.reason ?? refused;
      });
    return channel;
  }

  #onSessions(payload: unknown): void {
    const reply = parseJoinReply(payload);
    if (!reply) return this.#connection({ type: 'malformed', count: 1 });
    if (!reply.resumed) {
      const { sessions, events, malformed } = parseSessions(reply.snapshot);
      writeFleet(this.cache, replaceFleet(readFleet(this.cache), { epoch: reply.epoch, sessions, sessionEvents: events }));
      // Only now: without a snapshot, what was missed still has to be heard before the cursor may pass it.
      this.#cursor = { epoch: reply.epoch, after: reply.seq };
      this.#connection({ type: 'malformed', count: malformed });
    }
    this.#connection({ type: 'joined' });
  }

  #onMetrics(payload: unknown): void {
    const metrics = parseMetrics(parseJoinReply(payload)?.snapshot);
    if (metrics) writeMetrics(this.cache, metrics);
    else this.#connection({ type: 'malformed', count: 1 });
  }

  #onEvent(name: string, payload: unknown): void {
    const event = parseEvent(name, payload);
    if (event === 'unknown') return;
    if (event === 'malformed') return this.#connection({ type: 'malformed', count: 1 });
    this.#hear(event);
    if (event.event === 'session_update') writeMetrics(this.cache, event.payload);
    else writeFleet(this.cache, applyEvent(readFleet(this.cache), event));
  }

  #hear({ payload }: HubEvent): void {
    if (this.#cursor && payload.seq > this.#cursor.after) this.#cursor = { ...this.#cursor, after: payload.seq };
  }

  /** A polled list shows the state, but leaves the cursor alone: the rejoin then replays, and rows skip what they have. */
  #onList({ epoch, seq, sessions, malformed }: SessionList): void {
    this.#connection({ type: 'malformed', count: malformed });
    if (this.#cursor && this.#cursor.epoch !== epoch) this.#cursor = null;
    if (this.#cursor && seq < this.#cursor.after) return;
    writeFleet(this.cache, replaceFleet(readFleet(this.cache), { epoch, sessions }));
  }

  #connection(event: ConnectionEvent): void {
    if (this.#left) return;
    const next = nextConnection(readConnection(this.cache), event);
    writeConnection(this.cache, next);
    if (next.phase === 'live') this.#polling.stop();
    else if (next.attempts > 0) this.#polling.start(readFleet(this.cache).epoch === null);
  }
}
