import { Socket, type SocketConnectOption } from 'phoenix';

/** A dead connection is noticed after at most two of these. */
const HEARTBEAT_MS = 15_000;
/** The official client's own waits; after the last, five seconds each. */
const WAITS_MS = [10, 50, 100, 150, 200, 250, 500, 1_000, 2_000] as const;

/** The official client, which also comes back when a hub that shuts down asks it to: all at once would be a stampede. */
export function openSocket(options: Partial<SocketConnectOption> = {}): Socket {
  let asked: number | null = null;
  const socket = new Socket('/socket', {
    heartbeatIntervalMs: HEARTBEAT_MS,
    reconnectAfterMs: (tries) => {
      const wait = asked ?? WAITS_MS[tries - 1] ?? 5_000;
      asked = null;
      return wait;
    },
    ...options,
  });
  socket.onMessage((message) => {
    const { event, payload } = message as { event?: string; payload?: { reconnect_after_ms?: unknown } };
    const wait = event === 'reconnect_after_ms' ? payload?.reconnect_after_ms : null;
    if (typeof wait === 'number' && wait >= 0) asked = wait;
  });
  return socket;
}
