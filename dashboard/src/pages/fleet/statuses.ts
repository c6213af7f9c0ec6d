import './chart.css';
import type { SessionStatus, SessionView } from '../../data';

/** What a chart or a bar tells apart, from the bottom of the stack upwards. */
export const groups = ['waiting', 'error', 'working', 'idle'] as const;
export type Group = (typeof groups)[number];
export type Counts = Readonly<Record<Group, number>>;

export const none: Counts = { waiting: 0, error: 0, working: 0, idle: 0 };

export const looks: Record<Group, { name: string; token: string; swatch: string }> = {
  waiting: { name: 'Waiting', token: '--chart-waiting', swatch: 'bg-(--chart-waiting)' },
  error: { name: 'Error', token: '--chart-error', swatch: 'bg-(--chart-error)' },
  working: { name: 'Working', token: '--chart-working', swatch: 'bg-(--chart-working)' },
  idle: { name: 'Idle', token: '--chart-idle', swatch: 'bg-(--chart-idle)' },
};

/** The group of a live status; null once it has ended. */
export function groupOfStatus(status: SessionStatus): Group | null {
  switch (status) {
    case 'waiting':
    case 'error':
      return status;
    case 'active':
      return 'working';
    case 'initializing':
    case 'idle':
    case 'terminating':
      return 'idle';
    case 'terminated':
      return null;
  }
}

export const groupOf = ({ status }: SessionView): Group => groupOfStatus(status) ?? 'idle';

const counted = new WeakMap<readonly SessionView[], Counts>();

/** How many sessions are in each group; counted once for each list. */
export function countsOf(sessions: readonly SessionView[]): Counts {
  const known = counted.get(sessions);
  if (known) return known;
  const counts = { ...none };
  for (const session of sessions) {
    const group = groupOfStatus(session.status);
    if (group) counts[group] += 1;
  }
  counted.set(sessions, counts);
  return counts;
}
