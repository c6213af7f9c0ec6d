import { replaceEqualDeep } from '@tanstack/react-query';
import type { SessionCountEvent } from '../protocol/events';
import type { SessionView } from '../protocol/views';

/** What the page knows of the sessions. Never changed in place: a row that did not change keeps its identity. */
export interface FleetState {
  /** The hub's data directory that the rest belongs to; null before the first snapshot. */
  readonly epoch: string | null;
  /** The live sessions, in no particular order. */
  readonly sessions: readonly SessionView[];
  /** The sessions that ended while this page watched, the latest first. */
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

/** Puts a snapshot in the state's place. Rows that are the same in both keep their identity. */
export function replaceFleet(state: FleetState, snapshot: FleetSnapshot): FleetState {
  const before = new Map(state.sessions.map((session) => [session.id, session]));
  const sessions = snapshot.sessions.map((session) => replaceEqualDeep(before.get(session.id), session));
  const live = new Set(sessions.map((session) => session.id));
  const sameHub = state.epoch === snapshot.epoch;
  return {
    epoch: snapshot.epoch,
    sessions,
    ended: sameHub ? state.ended.filter((session) => !live.has(session.id)) : [],
    sessionEvents: snapshot.sessionEvents ?? (sameHub ? state.sessionEvents : []),
  };
}
