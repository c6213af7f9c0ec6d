/**
 * What the page takes from the client: the one door to it. Everything else imports from here, so that the client can move
 * or change its shapes and only this file follows.
 */
import { needYou, type FleetState, type SessionView } from '@rollcall/client';
import { createCache as createClientCache, useTopicValue } from '@rollcall/client/react';

export {
  applyEvents, badgeOf, emptyFleet, Hub, HubError, nextFrame, parseSessions, replaceFleet, sessionIn, type Alert, type AlertKind,
  type AlertLevel, type AlertRule, type AlertRules, type AlertRulesPatch, type AlertView, type Badge, type Connection,
  type ContainerFigures, type EventPage, type FlagName, type Flags, type FleetMetrics, type FleetState, type FleetThen, type Host,
  type HostsAnswer, type HubApi, type HubEvent, type OpenAlert, type OutputPiece, type PushOf, type RunningTask,
  type SessionCountEvent, type SessionDetail, type SessionMessage, type SessionOwner, type SessionPushes, type SessionStatus,
  type SessionView, type TaskOutcome, type TokenAnswer, type TokenRequest, type Topic, type WaitingFor, type Watch,
} from '@rollcall/client';
export {
  HubProvider, readConnection, readFleet, useAlerts, useConnection, useFleet, useHub,
  useHubEvent, useHubOrNull, useMetrics, useRealtime, useRefusal, useSession,
} from '@rollcall/client/react';
export { connectShared } from '@rollcall/client/shared';

/** The page's cache. A hub may be on this very machine: it is asked whether the browser knows of a network or not. */
export function createCache(): ReturnType<typeof createClientCache> {
  const cache = createClientCache();
  cache.setDefaultOptions({ queries: { ...cache.getDefaultOptions().queries, networkMode: 'always' }, mutations: { networkMode: 'always' } });
  return cache;
}

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

/** What `read` makes of the live sessions, null until they are here. Renders again only when that is another value. */
export const useFleetValue = <T>(read: (fleet: FleetState) => T): T | null => useTopicValue('sessions', read);

export const isLoaded = (fleet: FleetState): boolean => fleet.epoch !== null;
