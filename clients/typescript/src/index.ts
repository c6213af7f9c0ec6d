/** Watches and steers a Rollcall hub: see README.md. */
export { Hub, type HubOptions } from './hub.js';
export type { PushOf, SessionPushes, Watch } from './watch.js';
export type { EverythingState, StateOf } from './live/models.js';
export type { TopicStatus } from './live/topicFeed.js';
export { initialConnection, nextConnection, type Connection, type ConnectionEvent } from './live/connection.js';
export { nextFrame, type Schedule } from './live/schedule.js';

export * from './protocol/events.js';
export * from './protocol/views.js';
export { kindOf, subjectOf, type EventOf, type KindOf, type Topic, type TopicKind } from './protocol/topics.js';
export { parseAlerts, parseEvent, parseJoinReply, parseMetrics, parseSession, parseSessions } from './protocol/parse.js';

export { applyEvent, applyEvents } from './fleet/applyEvents.js';
export { badgeOf, inAttentionOrder, needYou, type Badge } from './fleet/attention.js';
export { emptyFleet, replaceFleet, sessionIn, type FleetSnapshot, type FleetState } from './fleet/state.js';
export { applyToSession, emptySession, type OutputPiece, type SessionDetail, type SessionMessage } from './session/sessionState.js';
export { applyToAlerts, emptyAlerts, type AlertsState, type OpenAlert } from './alerts/alertsState.js';
export { applyToMetrics, emptyMetrics, type MetricsState, type RealtimeUpdate } from './metrics/metricsState.js';

export { HubError } from './http/hubError.js';
export { HubApi, type EventPage } from './http/hubApi.js';
export type { CallOptions } from './http/request.js';
export type * from './http/requests.js';
export type {
  AlertsAnswer, BatchItem, CommandAnswer, ContainerFigures, DetectorAnswer, FlagName, FleetAnswer, FleetThen, Host, HostFigures, HostsAnswer,
  SessionCountAnswer, SessionCounts, SessionList, SessionOwner, TokenAnswer, Told,
} from './protocol/generated.js';
