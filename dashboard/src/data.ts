/**
 * What the page takes from the client: the one door to it. Everything else imports from here, so that the client can move
 * or change its shapes and only this file follows.
 */
import { needYou, type FleetState, type SessionView } from '@rollcall/client';

export {
  badgeOf, Hub, parseSessions,
  type Badge, type Connection, type FleetMetrics, type FleetState, type SessionCountEvent, type SessionStatus, type SessionView,
  type WaitingFor,
} from '@rollcall/client';
export {
  applyEvents, emptyFleet, HubError, replaceFleet,
  type ContainerFigures, type FleetThen, type Host, type HostsAnswer, type HubApi, type HubEvent,
} from '@rollcall/client';
export { useHub, useHubEvent, useRealtime } from '@rollcall/client/react';
export { createCache, HubProvider, readConnection, readFleet, useConnection, useFleet, useMetrics } from '@rollcall/client/react';

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
