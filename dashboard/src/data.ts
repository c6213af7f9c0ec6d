/**
 * What the page takes from the client: the one door to it. Everything else imports from here, so that the client can move
 * or change its shapes and only this file follows.
 */
import { useConnection, useFleet, useMetrics } from './live/cache';
import { needYou } from './fleet/attention';
import type { FleetState } from './fleet/state';
import type { SessionView } from './protocol/views';

export { createCache, readFleet, readConnection } from './live/cache';
export { Feed } from './live/feed';
export { parseSessions } from './protocol/parse';
export { badgeOf, type Badge } from './fleet/attention';
export type { Connection } from './live/connection';
export type { FleetState } from './fleet/state';
export type { SessionCountEvent } from './protocol/events';
export type { FleetMetrics, SessionStatus, SessionView, WaitingFor } from './protocol/views';
export { useConnection, useFleet, useMetrics };

/** The live sessions of a state, in no particular order; the same object for the same state. */
export const sessionsOf = (fleet: FleetState): readonly SessionView[] => fleet.sessions;

const needing = new WeakMap<readonly SessionView[], number>();

/** How many sessions go on only when a person acts; counted once for each state. */
export function needingIn(fleet: FleetState): number {
  const sessions = sessionsOf(fleet);
  let count = needing.get(sessions);
  if (count === undefined) needing.set(sessions, (count = needYou(sessions)));
  return count;
}

export const isLoaded = (fleet: FleetState): boolean => fleet.epoch !== null;
