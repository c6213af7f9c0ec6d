import { skipToken, useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { AlertsState } from '../alerts/alertsState.js';
import type { FleetState } from '../fleet/state.js';
import type { HubError } from '../http/hubError.js';
import { initialConnection, type Connection } from '../live/connection.js';
import type { StateOf } from '../live/models.js';
import type { RealtimeUpdate } from '../metrics/metricsState.js';
import type { EventOf, Topic } from '../protocol/topics.js';
import type { FleetMetrics } from '../protocol/views.js';
import type { SessionDetail } from '../session/sessionState.js';
import { connectionKey, refusalKey, topicKey } from './cache.js';
import { useHubOrNull } from './HubProvider.js';

/** Watches a topic while the component is shown: its state; null until the first snapshot is here. */
export function useTopic<T extends Topic>(topic: T): StateOf<T> | null {
  useWatch(topic);
  return useQuery<StateOf<T>>({ queryKey: topicKey(topic), queryFn: skipToken }).data ?? null;
}

/** What `read` makes of a topic's state. Renders again only when that is another value. */
export function useTopicValue<T extends Topic, V>(topic: T, read: (state: StateOf<T>) => V): V | null {
  useWatch(topic);
  return useQuery<StateOf<T>, Error, V>({ queryKey: topicKey(topic), queryFn: skipToken, select: read }).data ?? null;
}

/** Why the hub refused a topic; null while it does not. */
export const useRefusal = (topic: Topic): HubError | null =>
  useQuery<HubError | null>({ queryKey: refusalKey(topic), queryFn: skipToken }).data ?? null;

/** The live sessions; null until the first snapshot is here. */
export const useFleet = (): FleetState | null => useTopic('sessions');

/** The live sessions of a project; null until the first snapshot is here. */
export const useProject = (name: string): FleetState | null => useTopic(`project:${name}`);

/** A session, live or ended, with its tasks and output; null until the first snapshot is here, or when there is none. */
export const useSession = (id: string): SessionDetail | null => useTopic(`session:${id}`);

/** The aggregate; null until the first snapshot is here. */
export const useMetrics = (): FleetMetrics | null => useTopicValue('metrics', (state) => state.aggregate);

/** The machines and counts; null until they are told. */
export const useRealtime = (): RealtimeUpdate | null => useTopicValue('metrics', (state) => state.realtime);

/** The open alerts; null until the first snapshot is here. */
export const useAlerts = (): AlertsState | null => useTopic('alerts');

export const useConnection = (): Connection =>
  useQuery<Connection>({ queryKey: connectionKey, queryFn: skipToken }).data ?? initialConnection;

/** Calls the latest `listener` with each event of a topic while the component is shown. */
export function useHubEvent<T extends Topic>(topic: T, listener: (event: EventOf<T>) => void): void {
  const hub = useHubOrNull();
  const latest = useRef(listener);
  useEffect(() => { latest.current = listener; });
  useEffect(() => {
    const watch = hub?.watch(topic);
    watch?.onEvent((event) => latest.current(event));
    return () => watch?.leave();
  }, [hub, topic]);
}

function useWatch(topic: Topic): void {
  const hub = useHubOrNull();
  useEffect(() => {
    const watch = hub?.watch(topic);
    return () => watch?.leave();
  }, [hub, topic]);
}
