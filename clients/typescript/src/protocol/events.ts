import type { EventPayloads } from './generated.js';

export type { EventPayloads } from './generated.js';

/** One event as it arrives: its name and its payload. Handle it with a `switch` that ends in `never`. */
export type HubEvent = {
  [K in keyof EventPayloads]: { event: K; payload: EventPayloads[K] };
}[keyof EventPayloads];

export type EventName = keyof EventPayloads;
export type SessionCountEvent = EventPayloads['session_event'];
