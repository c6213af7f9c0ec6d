import type { SessionView } from '../protocol/views.js';

/** How a row shows its session. Idle ones, and those that start or end, have no badge. */
export type Badge = 'waiting' | 'error' | 'working' | null;

export function badgeOf(session: SessionView): Badge {
  if (session.status === 'waiting') return 'waiting';
  if (session.state === 'error') return 'error';
  return session.status === 'active' ? 'working' : null;
}

const rank = (session: SessionView): number => {
  const badge = badgeOf(session);
  return badge === 'waiting' ? 0 : badge === 'error' ? 1 : badge === 'working' ? 2 : 3;
};

const byTime = (a: string, b: string): number => Date.parse(a) - Date.parse(b);

/** Attention first: who has waited longest on top, then failures, then work, then idle; rows stay put otherwise. */
export function inAttentionOrder(sessions: readonly SessionView[]): SessionView[] {
  return [...sessions].sort(
    (a, b) =>
      rank(a) - rank(b) ||
      (a.status === 'waiting' ? byTime(a.waiting_since ?? a.updated_at, b.waiting_since ?? b.updated_at) : 0) ||
      byTime(a.created_at, b.created_at) ||
      (a.id < b.id ? -1 : 1),
  );
}

/** The sessions in which nothing goes on until a person acts. */
export const needYou = (sessions: readonly SessionView[]): number =>
  sessions.filter((session) => rank(session) <= 1).length;
