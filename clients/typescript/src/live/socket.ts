import { Socket, type SocketConnectOption } from 'phoenix';

type Transport = new (endpoint: string, protocols?: string[]) => WebSocket;

/** A dead connection is noticed after at most two of these. */
const HEARTBEAT_MS = 15_000;
/** The official client's own waits; after the last, five seconds each. */
const WAITS_MS = [10, 50, 100, 150, 200, 250, 500, 1_000, 2_000] as const;
const OPEN = 1;
const REJOIN_MS = [1_000, 2_000, 5_000] as const;

/** Half to one and a half of it: a hub that comes back must not be met by everybody at once. */
const jittered = (wait: number): number => Math.round(wait * (0.5 + Math.random()));

export type SocketOptions = Partial<Omit<SocketConnectOption, 'authToken'>> & { authToken?: string | (() => string) };

/**
 * A socket that has ended as soon as it is given up: one whose other side is dead would else end when that has not answered
 * for half a minute or more, and the official client, which has gone on by then, would tell nobody.
 */
const endingAtOnce = (Transport: Transport): Transport => class extends Transport {
  override close(code?: number, reason?: string): void {
    const wasOpen = this.readyState === OPEN;
    super.close(code, reason);
    if (wasOpen) this.onclose?.({ code: code ?? 1000 } as CloseEvent);
  }
};

/** The official client, with jitter, which it has not, and which also comes back when a hub that shuts down asks it to. */
export function openSocket(options: SocketOptions = {}, url = '/socket'): Socket {
  let asked: number | null = null;
  const { transport = WebSocket } = options;
  const socket = new Socket(url, {
    heartbeatIntervalMs: HEARTBEAT_MS,
    reconnectAfterMs: (tries) => {
      const wait = asked ?? jittered(WAITS_MS[tries - 1] ?? 5_000);
      asked = null;
      return wait;
    },
    rejoinAfterMs: (tries) => jittered(REJOIN_MS[tries - 1] ?? 10_000),
    // The client takes a function, too; its types do not say so.
    ...(options as Partial<SocketConnectOption>),
    transport: endingAtOnce(transport as unknown as Transport) as never,
  });
  socket.onMessage((message) => {
    const { event, payload } = message as { event?: string; payload?: { reconnect_after_ms?: unknown } };
    const wait = event === 'reconnect_after_ms' ? payload?.reconnect_after_ms : null;
    if (typeof wait === 'number' && wait >= 0) asked = wait;
  });
  return socket;
}
