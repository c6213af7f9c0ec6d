import { QueryClient, skipToken, useQuery } from '@tanstack/react-query';
import { emptyFleet, type FleetState } from '../fleet/state';
import type { FleetMetrics } from '../protocol/views';
import { initialConnection, type Connection } from '../live/connection';

/** The cache that the feed patches and the page reads. Nothing in it is ever fetched by a component. */
export function createCache(): QueryClient {
  const pushed = { staleTime: Infinity, gcTime: Infinity, structuralSharing: false } as const;
  return new QueryClient({ defaultOptions: { queries: pushed } });
}

const fleetKey = ['fleet'] as const;
const metricsKey = ['metrics'] as const;
const connectionKey = ['connection'] as const;

export const readFleet = (cache: QueryClient): FleetState => cache.getQueryData<FleetState>(fleetKey) ?? emptyFleet;

export const writeFleet = (cache: QueryClient, fleet: FleetState): void => {
  if (fleet !== readFleet(cache)) cache.setQueryData<FleetState>(fleetKey, fleet);
};

export const writeMetrics = (cache: QueryClient, metrics: FleetMetrics): void => {
  cache.setQueryData<FleetMetrics>(metricsKey, metrics);
};

export const readConnection = (cache: QueryClient): Connection =>
  cache.getQueryData<Connection>(connectionKey) ?? initialConnection;

export const writeConnection = (cache: QueryClient, connection: Connection): void => {
  if (connection !== readConnection(cache)) cache.setQueryData<Connection>(connectionKey, connection);
};

/** The sessions; null until the first snapshot is here. */
export const useFleet = (): FleetState | null =>
  useQuery<FleetState>({ queryKey: fleetKey, queryFn: skipToken }).data ?? null;

/** The aggregate; null until the first snapshot is here. */
export const useMetrics = (): FleetMetrics | null =>
  useQuery<FleetMetrics>({ queryKey: metricsKey, queryFn: skipToken }).data ?? null;

export const useConnection = (): Connection =>
  useQuery<Connection>({ queryKey: connectionKey, queryFn: skipToken }).data ?? initialConnection;
