/** The hub's words, what comes over its wire, and the pure steps from one state of the fleet to the next. */
export * from './protocol/events';
export * from './protocol/generated';
export * from './protocol/views';
export { parseEvent, parseJoinReply, parseMetrics, parseSessions } from './protocol/parse';
export { applyEvent } from './fleet/applyEvent';
export { badgeOf, inAttentionOrder, needYou, type Badge } from './fleet/attention';
export { emptyFleet, replaceFleet, type FleetSnapshot, type FleetState } from './fleet/state';
export { initialConnection, nextConnection, type Connection, type ConnectionEvent } from './live/connection';
export { openSocket } from './live/socket';
