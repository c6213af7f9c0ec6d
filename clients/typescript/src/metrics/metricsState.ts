import type { EventPayloads, HubEvent } from '../protocol/events.js';
import type { FleetMetrics } from '../protocol/views.js';

export type RealtimeUpdate = EventPayloads['realtime_update'];

/** The figures of the fleet. Never changed in place. */
export interface MetricsState {
  readonly epoch: string | null;
  /** The aggregate; null before the first snapshot. */
  readonly aggregate: FleetMetrics | null;
  /** Machines and counts, told every few seconds; null before the first. */
  readonly realtime: RealtimeUpdate | null;
}

export const emptyMetrics: MetricsState = { epoch: null, aggregate: null, realtime: null };

/** The state after events: only the last of each kind counts. */
export function applyToMetrics(state: MetricsState, events: readonly HubEvent[]): MetricsState {
  let { aggregate, realtime } = state;
  for (const { event, payload } of events) {
    if (event === 'session_update') aggregate = payload;
    else if (event === 'realtime_update') realtime = payload;
  }
  return aggregate === state.aggregate && realtime === state.realtime ? state : { ...state, aggregate, realtime };
}
