/** What an indicator shows. The phase follows the socket and nothing else. */
export interface Connection {
  readonly phase: 'connecting' | 'live' | 'reconnecting' | 'offline';
  /** Failed tries since the socket was last live. */
  readonly attempts: number;
  /** Since when it is not live, in milliseconds since 1970; null while it is. */
  readonly downSince: number | null;
  /** Whether it was live before. */
  readonly wasLive: boolean;
  /** Why the hub refuses everything that is asked for; null while it does not. */
  readonly refusal: string | null;
  /** The code of that refusal; `unauthenticated`: a key is needed, or the one that was given is not good. */
  readonly refusalCode: string | null;
  /** How the state is kept up meanwhile; null while the socket is live, and while nothing answers. */
  readonly fallback: 'stream' | 'polling' | null;
  /** Messages that were not what they should be, and were ignored. */
  readonly malformed: number;
  /** Events of a newer hub, which were ignored. */
  readonly unknown: number;
  /** The hub's log; null before the first snapshot. */
  readonly epoch: string | null;
  /** How often the hub came back with another log: whatever was known of the one before is gone. */
  readonly epochChanges: number;
}

export type ConnectionEvent =
  | { type: 'started'; at: number }
  | { type: 'joined' }
  | { type: 'dropped'; online: boolean; at?: number }
  | { type: 'interrupted'; at?: number }
  | { type: 'refused'; reason: string; code: string }
  | { type: 'fallback'; by: Connection['fallback'] }
  | { type: 'malformed'; count: number }
  | { type: 'unknown'; count: number }
  | { type: 'epoch'; epoch: string };

/** About half a minute of tries: from then on "offline" is the honest word. It still tries. */
const TRIES_UNTIL_OFFLINE = 14;

export const initialConnection: Connection = {
  phase: 'connecting', attempts: 0, downSince: null, wasLive: false, refusal: null, refusalCode: null, fallback: null, malformed: 0, unknown: 0,
  epoch: null, epochChanges: 0,
};

export function nextConnection(now: Connection, event: ConnectionEvent): Connection {
  switch (event.type) {
    case 'started':
      return { ...now, downSince: event.at };
    case 'joined':
      return { ...now, phase: 'live', attempts: 0, downSince: null, wasLive: true, refusal: null, refusalCode: null, fallback: null };
    case 'dropped': {
      const attempts = now.attempts + 1;
      const gone = !event.online || attempts >= TRIES_UNTIL_OFFLINE;
      const phase = gone ? 'offline' : now.wasLive ? 'reconnecting' : 'connecting';
      return { ...now, attempts, phase, downSince: now.downSince ?? event.at ?? null };
    }
    case 'interrupted':
      // The socket may be up while a topic is not: nothing is live then.
      return now.phase === 'live' ? { ...now, phase: 'reconnecting', attempts: 1, downSince: event.at ?? null } : now;
    case 'refused':
      return { ...now, phase: 'offline', refusal: event.reason, refusalCode: event.code };
    case 'fallback':
      return event.by === now.fallback ? now : { ...now, fallback: event.by };
    case 'malformed':
      return event.count === 0 ? now : { ...now, malformed: now.malformed + event.count };
    case 'unknown':
      return event.count === 0 ? now : { ...now, unknown: now.unknown + event.count };
    case 'epoch':
      if (event.epoch === now.epoch) return now;
      return { ...now, epoch: event.epoch, epochChanges: now.epochChanges + (now.epoch === null ? 0 : 1) };
    default: {
      const unhandled: never = event;
      return unhandled;
    }
  }
}
