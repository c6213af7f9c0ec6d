import { keepSame } from '../keepSame.js';
import type { HubEvent } from '../protocol/events.js';
import type { AlertView } from '../protocol/views.js';

export type OpenAlert = Pick<AlertView, 'id' | 'seq' | 'time' | 'alerts' | 'acknowledged_by'>;

/** The alerts that are open, the oldest first. Never changed in place. */
export interface AlertsState {
  /** Null before the first snapshot. */
  readonly epoch: string | null;
  readonly open: readonly OpenAlert[];
}

export const emptyAlerts: AlertsState = { epoch: null, open: [] };

export function replaceAlerts(state: AlertsState, epoch: string, alerts: readonly OpenAlert[]): AlertsState {
  const before = new Map(state.open.map((alert) => [alert.id, alert]));
  const open = alerts
    .map(({ id, seq, time, alerts: found, acknowledged_by }) => keepSame(before.get(id), { id, seq, time, alerts: found, acknowledged_by }))
    .sort((a, b) => a.seq - b.seq);
  return { epoch, open };
}

/** The state after events, in their order; the very same object when they change nothing here. */
export const applyToAlerts = (state: AlertsState, events: readonly HubEvent[]): AlertsState => events.reduce(applyOne, state);

function applyOne(state: AlertsState, { event, payload }: HubEvent): AlertsState {
  switch (event) {
    case 'system_alert': {
      const { id, seq, time, alerts } = payload;
      if (state.open.some((alert) => alert.id === id)) return state;
      return { ...state, open: [...state.open, { id, seq, time, alerts, acknowledged_by: null }] };
    }
    case 'alert_acknowledged':
      return { ...state, open: state.open.map((alert) => (alert.id === payload.id ? { ...alert, acknowledged_by: payload.by } : alert)) };
    case 'alert_resolved':
      return { ...state, open: state.open.filter((alert) => alert.id !== payload.id) };
    default:
      // The sessions' events, which only `*` brings here.
      return state;
  }
}
