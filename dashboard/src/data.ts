/**
 * What the page takes from the client: the one door to it. Everything else imports from here, so that the client can move
 * or change its shapes and only this file follows.
 */
import { useConnection, useFleet, useMetrics } from './live/cache';
import type { FleetState } from './fleet/state';
import type { SessionView } from './protocol/views';

export { createCache, readFleet, readConnection } from './live/cache';
export { Feed } from './live/feed';
export { parseSessions } from './protocol/parse';
export { badgeOf, inAttentionOrder, needYou, type Badge } from './fleet/attention';
export type { Connection } from './live/connection';
export type { FleetState } from './fleet/state';
export type { SessionCountEvent } from './protocol/events';
export type { FleetMetrics, SessionStatus, SessionView, WaitingFor } from './protocol/views';
export { useConnection, useFleet, useMetrics };

/** The live sessions of a state, in no particular order; the same object for the same state. */
export const sessionsOf = (fleet: FleetState): readonly SessionView[] => fleet.sessions;

export const isLoaded = (fleet: FleetState): boolean => fleet.epoch !== null;
