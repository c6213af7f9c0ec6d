import type { SessionView } from '../../data';
import type { Dimension } from './search';
import { groupOf, none, type Counts, type Group } from './statuses';

/** What the sessions of one project, agent, host or model add up to. */
export interface Share {
  /** Null: those that do not say. */
  name: string | null;
  sessions: number;
  counts: Counts;
  tokens: number;
  /** Null when none of them knows its cost. */
  cost: number | null;
}

/** The shares of the live sessions, those with the most sessions first. */
export function breakdown(sessions: readonly SessionView[], by: Dimension): Share[] {
  const shares = new Map<string | null, Share & { counts: Record<Group, number> }>();
  for (const session of sessions) {
    const name = session[by];
    let share = shares.get(name);
    if (!share) shares.set(name, (share = { name, sessions: 0, counts: { ...none }, tokens: 0, cost: null }));
    share.sessions += 1;
    share.counts[groupOf(session)] += 1;
    share.tokens += session.usage.total_tokens;
    if (session.usage.cost_usd !== null) share.cost = (share.cost ?? 0) + session.usage.cost_usd;
  }
  return [...shares.values()].sort((a, b) => b.sessions - a.sessions || ((a.name ?? '\uffff') < (b.name ?? '\uffff') ? -1 : 1));
}
