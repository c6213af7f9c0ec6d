/** What the indicator shows. It follows the socket and nothing else. */
export interface Connection {
  readonly phase: 'connecting' | 'live' | 'reconnecting' | 'offline';
  /** Failed tries since the socket was last live. */
  readonly attempts: number;
  /** Whether this page was live before. */
  readonly wasLive: boolean;
  /** Why the hub refuses this page; null while it does not. */
  readonly refusal: string | null;
  /** Messages that were not what they should be, and were ignored. */
  readonly malformed: number;
}

export type ConnectionEvent =
  | { type: 'joined' }
  | { type: 'dropped'; online: boolean }
  | { type: 'interrupted' }
  | { type: 'refused'; reason: string }
  | { type: 'malformed'; count: number };

/** About half a minute of the Phoenix client's tries: from then on "offline" is the honest word. It still tries. */
const TRIES_UNTIL_OFFLINE = 14;

export const initialConnection: Connection = {
  phase: 'connecting', attempts: 0, wasLive: false, refusal: null, malformed: 0,
};

export function nextConnection(now: Connection, event: ConnectionEvent): Connection {
  switch (event.type) {
    case 'joined':
      return { ...now, phase: 'live', attempts: 0, wasLive: true, refusal: null };
    case 'dropped': {
      const attempts = now.attempts + 1;
      const gone = !event.online || attempts >= TRIES_UNTIL_OFFLINE;
      return { ...now, attempts, phase: gone ? 'offline' : now.wasLive ? 'reconnecting' : 'connecting' };
    }
    case 'interrupted':
      // The socket may be up while the topic is not: nothing is live then.
      return now.phase === 'live' ? { ...now, phase: 'reconnecting', attempts: 1 } : now;
    case 'refused':
      return { ...now, phase: 'offline', refusal: event.reason };
    case 'malformed':
      return event.count === 0 ? now : { ...now, malformed: now.malformed + event.count };
    default: {
      const unhandled: never = event;
      return unhandled;
    }
  }
}
