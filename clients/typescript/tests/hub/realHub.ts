import { afterAll, afterEach, beforeAll, vi } from 'vitest';
import WebSocket from 'ws';
import { startHub, type TestHub } from '../../../../tests/phoenix/hub.mjs';
import { Hub } from '../../src/index.js';

type Frame = [string | null, string | null, string, string];

/** A hub in a process of its own, and clients of it whose sockets and requests are counted. */
export class RealHub {
  process!: TestHub;
  readonly #clients: Hub[] = [];
  #made = 0;

  get url(): string {
    return this.process.url;
  }

  newId = (): string => `session-${++this.#made}`;

  client(): { hub: Hub; line: Line } {
    const line = new Line();
    const hub = new Hub({ url: this.url, transport: line.transport, fetch: line.fetch });
    this.#clients.push(hub);
    hub.connect();
    return { hub, line };
  }

  closeClients(): void {
    for (const hub of this.#clients.splice(0)) hub.close();
  }
}

/** What goes over one client's line, and a gate that keeps its sockets from opening. HTTP passes by. */
export class Line {
  readonly sent: Frame[] = [];
  readonly asked: string[] = [];
  readonly sockets = new Set<WebSocket>();
  shut = false;
  #paused = false;

  frames = (topic: string, event: string): Frame[] => this.sent.filter((frame) => frame[2] === topic && frame[3] === event);

  close(): void {
    this.shut = true;
    for (const socket of this.sockets) socket.terminate();
  }

  /** Nothing is read any more. The client goes on to believe in its connection, however long that lasts on a busy machine. */
  pause(): void {
    this.#paused = true;
    for (const socket of this.sockets) socket.pause();
  }

  resume(): void {
    this.#paused = false;
    for (const socket of this.sockets) socket.resume();
  }

  readonly fetch: typeof fetch = (...call) => {
    this.asked.push(new URL(String(call[0])).pathname);
    return fetch(...call);
  };

  get transport(): new (endpoint: string) => object {
    const line = this;
    return class extends WebSocket {
      constructor(endpoint: string, protocols?: string[]) {
        // Uncompressed, so that a reader can fall behind.
        super(line.shut ? 'ws://127.0.0.1:1' : endpoint, protocols, { perMessageDeflate: false });
        line.sockets.add(this);
      }

      override send(text: string): void {
        const frame = JSON.parse(text) as Frame;
        line.sent.push(frame);
        super.send(text);
        const [, ref, topic, event] = frame;
        const answer = JSON.stringify([null, ref, topic, 'phx_reply', { status: 'ok', response: {} }]);
        if (line.#paused && event === 'heartbeat') queueMicrotask(() => this.onmessage?.({ data: answer }));
      }
    };
  }
}

export function useRealHub(env?: Record<string, string>): RealHub {
  const real = new RealHub();
  beforeAll(async () => { real.process = await startHub(env && { env }); });
  afterEach(() => real.closeClients());
  afterAll(() => real.process.remove());
  return real;
}

/** Until it is so; the message says what was seen instead. */
export const until = (check: () => void | Promise<void>, within = 20_000): Promise<void> =>
  vi.waitFor(check, { timeout: within, interval: 30 });
