import { applyToAlerts, emptyAlerts, replaceAlerts, type AlertsState } from '../alerts/alertsState.js';
import { applyEvents } from '../fleet/applyEvents.js';
import { emptyFleet, replaceFleet, type FleetState } from '../fleet/state.js';
import type { HubApi } from '../http/hubApi.js';
import { applyToMetrics, emptyMetrics, type MetricsState } from '../metrics/metricsState.js';
import type { HubEvent } from '../protocol/events.js';
import { parseAlerts, parseMetrics, parseSession, parseSessions } from '../protocol/parse.js';
import { subjectOf, type KindOf, type Topic, type TopicKind } from '../protocol/topics.js';
import { applyToSession, emptySession, replaceSession, type SessionDetail } from '../session/sessionState.js';

/** What `*` adds up to. A key that may see only some projects gets no metrics and no alerts. */
export interface EverythingState {
  readonly epoch: string | null;
  readonly fleet: FleetState;
  readonly metrics: MetricsState;
  readonly alerts: AlertsState;
}

/** What each kind of topic adds up to. */
interface StateByKind {
  sessions: FleetState;
  'project:': FleetState;
  'session:': SessionDetail;
  metrics: MetricsState;
  alerts: AlertsState;
  '*': EverythingState;
}

export type StateOf<T extends Topic> = StateByKind[KindOf<T> & TopicKind];

/** A state as the hub tells it, by a join, a resync or over HTTP. */
export interface Told {
  readonly epoch: string;
  readonly seq: number;
  readonly snapshot: unknown;
}

/** How a topic's snapshots and events make its state. Pure, but for `poll`. */
export interface TopicModel<S> {
  readonly empty: S;
  /** Whether its events are in the log, so that a cursor can resume it. */
  readonly logged: boolean;
  /** The state that a snapshot is; null when it cannot be read. */
  read(state: S, told: Told): { state: S; malformed: number } | null;
  apply(state: S, events: readonly HubEvent[]): S;
  /** The snapshot that a state is: `read` makes the same of it. */
  tell(state: S): unknown;
  /** The same snapshot, asked for over HTTP. */
  poll(api: HubApi, topic: Topic, state: S, signal: AbortSignal): Promise<Told>;
}

const fleet: TopicModel<FleetState> = {
  empty: emptyFleet,
  logged: true,
  read(state, { epoch, snapshot }) {
    const { sessions, events, malformed } = parseSessions(snapshot);
    return { state: replaceFleet(state, { epoch, sessions, sessionEvents: events }), malformed };
  },
  apply: applyEvents,
  tell: ({ sessions, sessionEvents }) => ({ sessions, session_events: sessionEvents }),
  async poll(api, topic, state, signal) {
    const project = subjectOf(topic);
    const { epoch, seq, sessions } = await api.allSessions(project === '' ? {} : { project }, { signal });
    return { epoch, seq, snapshot: { sessions, session_events: state.epoch === epoch ? state.sessionEvents : [] } };
  },
};

const session: TopicModel<SessionDetail> = {
  empty: emptySession,
  logged: true,
  read(state, { epoch, snapshot }) {
    const read = parseSession(snapshot);
    return read && { state: replaceSession(state, { epoch, ...read }), malformed: read.malformed };
  },
  apply: applyToSession,
  tell: ({ session: row, tasks, output }) => ({ session: row, tasks, output }),
  /** HTTP has the session; its running tasks and its output stay what they were. */
  async poll(api, topic, { epoch: known, tasks, output }, signal) {
    const { epoch, seq } = await api.countSessions({ signal });
    const row = await api.session(subjectOf(topic), { signal });
    return { epoch, seq, snapshot: { session: row, ...(known === epoch ? { tasks, output } : { tasks: [], output: [] }) } };
  },
};

const metrics: TopicModel<MetricsState> = {
  empty: emptyMetrics,
  logged: false,
  read(state, { epoch, snapshot }) {
    const aggregate = parseMetrics(snapshot);
    return aggregate && { state: { ...state, epoch, aggregate }, malformed: 0 };
  },
  apply: applyToMetrics,
  tell: ({ aggregate }) => aggregate,
  async poll(api, _, __, signal) {
    const { epoch, seq, time: _time, ...aggregate } = await api.fleet({ signal });
    return { epoch, seq, snapshot: aggregate };
  },
};

const alerts: TopicModel<AlertsState> = {
  empty: emptyAlerts,
  logged: true,
  read(state, { epoch, snapshot }) {
    const { alerts: open, malformed } = parseAlerts(snapshot);
    return { state: replaceAlerts(state, epoch, open), malformed };
  },
  apply: applyToAlerts,
  tell: ({ open }) => ({ alerts: open }),
  async poll(api, _, __, signal) {
    const { epoch, seq } = await api.countSessions({ signal });
    return { epoch, seq, snapshot: await api.alerts({ limit: 200 }, { signal }) };
  },
};

const everything: TopicModel<EverythingState> = {
  empty: { epoch: null, fleet: emptyFleet, metrics: emptyMetrics, alerts: emptyAlerts },
  logged: true,
  read(state, told) {
    const parts = (told.snapshot ?? {}) as { metrics?: unknown; alerts?: unknown };
    const rows = fleet.read(state.fleet, told);
    const figures = parts.metrics === undefined ? null : metrics.read(state.metrics, { ...told, snapshot: parts.metrics });
    const open = parts.alerts === undefined ? null : alerts.read(state.alerts, told);
    return rows && {
      state: { epoch: told.epoch, fleet: rows.state, metrics: figures?.state ?? state.metrics, alerts: open?.state ?? state.alerts },
      malformed: rows.malformed + (open?.malformed ?? 0),
    };
  },
  apply(state, events) {
    const next = { fleet: applyEvents(state.fleet, events), metrics: applyToMetrics(state.metrics, events), alerts: applyToAlerts(state.alerts, events) };
    const same = next.fleet === state.fleet && next.metrics === state.metrics && next.alerts === state.alerts;
    return same ? state : { ...state, ...next };
  },
  tell: (state) => ({
    ...(fleet.tell(state.fleet) as object),
    ...(state.metrics.epoch !== null && { metrics: metrics.tell(state.metrics) }),
    ...(state.alerts.epoch !== null && (alerts.tell(state.alerts) as object)),
  }),
  poll: (api, topic, state, signal) => fleet.poll(api, topic, state.fleet, signal),
};

/** Every kind of topic; the types make a missing one an error. */
export const models: { readonly [K in TopicKind]: TopicModel<StateByKind[K]> } = {
  sessions: fleet, 'project:': fleet, 'session:': session, metrics, alerts, '*': everything,
};
