import { badgeOf, sessionsOf, type FleetState, type SessionView } from '../data';

/** A session in which nothing goes on until a person acts, and since when. */
export interface Wait {
  /** One for each session and wait: what a session asks next is another. */
  readonly key: string;
  readonly session: SessionView;
  readonly since: string;
}

const none: readonly Wait[] = [];
const continues = (before: Wait, session: SessionView): boolean =>
  before.session.status === session.status
  && (session.status !== 'waiting' || before.session.waiting_since === session.waiting_since);

/**
 * Follows the waits of a fleet. What did not change stays the same object, the whole list included. Of a failure the hub
 * tells no time: it is the session's last change when it is first seen, whatever is told of the session later.
 */
export class Waits {
  #last: readonly Wait[] = none;
  #read: readonly SessionView[] | null = null;

  update(sessions: readonly SessionView[]): readonly Wait[] {
    if (sessions === this.#read) return this.#last;
    this.#read = sessions;
    const before = new Map(this.#last.map((wait) => [wait.session.id, wait]));
    const next = sessions.filter(needsYou).map((session) => after(before.get(session.id), session)).sort(oldestFirst);
    if (next.length !== this.#last.length || next.some((wait, at) => wait !== this.#last[at])) this.#last = next;
    return this.#last;
  }
}

export function needsYou(session: SessionView): boolean {
  const badge = badgeOf(session);
  return badge === 'waiting' || badge === 'error';
}

function after(before: Wait | undefined, session: SessionView): Wait {
  if (before?.session === session) return before;
  if (before && continues(before, session)) return { ...before, session };
  const since = session.waiting_since ?? session.updated_at;
  return { key: `${session.id} ${session.status} ${since}`, session, since };
}

const oldestFirst = (a: Wait, b: Wait): number =>
  Date.parse(a.since) - Date.parse(b.since) || (a.session.id < b.session.id ? -1 : 1);

const shown = new Waits();

/** Who waits in the state that the page shows, the oldest first; the same list as long as nothing of it changed. */
export const waitsIn = (fleet: FleetState | null): readonly Wait[] => (fleet ? shown.update(sessionsOf(fleet)) : none);
