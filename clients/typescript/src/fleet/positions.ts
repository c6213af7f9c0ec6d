import type { SessionView } from '../protocol/views.js';

/**
 * Where each session stands in a list, made once per list. A list that is made from another takes its map over, so that
 * following the fleet costs nothing per session that did not change.
 */
const known = new WeakMap<readonly SessionView[], Map<string, number>>();

export function positionsOf(sessions: readonly SessionView[]): ReadonlyMap<string, number> {
  const there = known.get(sessions);
  if (there) return there;
  const made = new Map(sessions.map((session, at) => [session.id, at]));
  known.set(sessions, made);
  return made;
}

/** Gives a list's map to the copy that is changed from now on. */
export function takeOver(from: readonly SessionView[], to: readonly SessionView[]): Map<string, number> {
  const positions = positionsOf(from) as Map<string, number>;
  known.delete(from);
  known.set(to, positions);
  return positions;
}
