import { QueryClient } from '@tanstack/react-query';
import { emptyFleet, type FleetState } from '../fleet/state.js';
import type { Hub } from '../hub.js';
import { initialConnection, type Connection } from '../live/connection.js';
import type { StateOf } from '../live/models.js';
import { emptyMetrics } from '../metrics/metricsState.js';
import type { Topic } from '../protocol/topics.js';
import type { FleetMetrics } from '../protocol/views.js';

const ROOT = 'rollcall';
/** What is pushed is never fetched, never stale, and says itself what changed in it. */
const pushed = { staleTime: Infinity, gcTime: Infinity, structuralSharing: false } as const;

export const topicKey = (topic: Topic) => [ROOT, topic] as const;
export const refusalKey = (topic: Topic) => [ROOT, 'refusal', topic] as const;
export const connectionKey = [ROOT, 'connection', ''] as const;

/** A cache for a page that shows a hub and nothing else. Any other will do, too. */
export const createCache = (): QueryClient => new QueryClient({ defaultOptions: { queries: pushed } });

/** Writes what a hub tells into a cache, in place: one write per topic and frame. Returns how to stop. */
export function bindCache(hub: Hub, cache: QueryClient): () => void {
  cache.setQueryDefaults([ROOT], pushed);
  const set = (key: readonly string[], value: unknown): void => {
    if (value === null) cache.removeQueries({ queryKey: key, exact: true });
    else if (cache.getQueryData(key) !== value) cache.setQueryData(key, value);
  };
  const follow = (topic: Topic): void => {
    const known = hub.peek(topic);
    if (known === null || known.state !== null) set(topicKey(topic), known?.state ?? null);
    if (known?.refusal || cache.getQueryData(refusalKey(topic))) cache.setQueryData(refusalKey(topic), known?.refusal ?? null);
  };
  const write = (): void => set(connectionKey, hub.connection);
  write();
  hub.topics.forEach(follow);
  const stops = [hub.onConnection(write), hub.onState(follow)];
  return () => stops.forEach((stop) => stop());
}

export const readTopic = <T extends Topic>(cache: QueryClient, topic: T): StateOf<T> | null =>
  cache.getQueryData<StateOf<T>>(topicKey(topic)) ?? null;

export const readFleet = (cache: QueryClient): FleetState => readTopic(cache, 'sessions') ?? emptyFleet;

export const readConnection = (cache: QueryClient): Connection => cache.getQueryData<Connection>(connectionKey) ?? initialConnection;

/** For tests of pages, which have no hub: what it would have told. */
export function writeTopic<T extends Topic>(cache: QueryClient, topic: T, state: StateOf<T>): void {
  cache.setQueryData<unknown>(topicKey(topic), state);
}

export const writeFleet = (cache: QueryClient, fleet: FleetState): void => {
  if (fleet !== readFleet(cache)) writeTopic(cache, 'sessions', fleet);
};

export const writeMetrics = (cache: QueryClient, aggregate: FleetMetrics): void =>
  writeTopic(cache, 'metrics', { ...(readTopic(cache, 'metrics') ?? emptyMetrics), aggregate });

export const writeConnection = (cache: QueryClient, connection: Connection): void => {
  cache.setQueryData<Connection>(connectionKey, connection);
};
