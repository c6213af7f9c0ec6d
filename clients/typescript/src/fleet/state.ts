import { keepSame } from '../keepSame.js';
import type { SessionCountEvent } from '../protocol/events.js';
import type { SessionView } from '../protocol/views.js';
import { positionsOf } from './positions.js';

/** What is known of the sessions. Never changed in place: a row that did not change keeps its identity. */
export interface FleetState {
  /** The hub's data directory that the rest belongs to; null before the first snapshot. */
  readonly epoch: string | null;
  /** The live sessions, in no particular order. */
  readonly sessions: readonly SessionView[];
  /** The sessions that ended while this client watched, the latest first. */
  readonly ended: readonly SessionView[];
  /** The last changes of the number of live sessions, the latest first. */
  readonly sessionEvents: readonly SessionCountEvent[];
}

export interface FleetSnapshot {
  readonly epoch: string;
  readonly sessions: readonly SessionView[];
  readonly sessionEvents?: readonly SessionCountEvent[];
}

export const emptyFleet: FleetState = { epoch: null, sessions: [], ended: [], sessionEvents: [] };

/** A live session by its id, without looking through the list. */
export function sessionIn(state: FleetState, id: string): SessionView | null {
  const at = positionsOf(state.sessions).get(id);
  return (at === undefined ? null : state.sessions[at]) ?? null;
}

/** Puts a snapshot in the state's place. Rows that are the same in both keep their identity. */
export function replaceFleet(state: FleetState, snapshot: FleetSnapshot): FleetState {
  const sessions = snapshot.sessions.map((session) => keepSame(sessionIn(state, session.id), session));
  const live = positionsOf(sessions);
  const sameHub = state.epoch === snapshot.epoch;
  return {
    epoch: snapshot.epoch,
    sessions,
    ended: sameHub ? state.ended.filter((session) => !live.has(session.id)) : [],
    sessionEvents: snapshot.sessionEvents ?? (sameHub ? state.sessionEvents : []),
  };
}
