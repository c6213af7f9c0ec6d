import { badgeOf, type SessionView } from '../../data';
import type { Compare, Keep } from '../../ordering';
import { lastHeard, titleOf } from '../../session';
import type { ColumnId } from './columnIds';
import type { SessionsSearch } from './search';

/** Reads something of a session once: a session's object never changes, and sorting asks often. */
function once<T>(read: (session: SessionView) => T): (session: SessionView) => T {
  const known = new WeakMap<SessionView, { value: T }>();
  return (session) => {
    let entry = known.get(session);
    if (!entry) known.set(session, (entry = { value: read(session) }));
    return entry.value;
  };
}

const order = { waiting: 0, error: 1, working: 2, none: 3 } as const;
const rank = once((session) => order[badgeOf(session) ?? 'none']);
const created = once((session) => Date.parse(session.created_at));
const asked = once((session) => Date.parse(session.waiting_since ?? session.updated_at));
const heard = once((session) => Date.parse(lastHeard(session)));
const searched = once(({ id, name, project, cwd, model, agent, host, waiting_text }) =>
  [id, name, project, cwd, model, agent, host, waiting_text].join('\n').toLowerCase());

const byBirth: Compare = (a, b) => created(a) - created(b) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** Who has waited longest on top, then failures, then work, then idle; rows stay put otherwise. */
export const byAttention: Compare = (a, b) =>
  rank(a) - rank(b) || (a.status === 'waiting' && b.status === 'waiting' ? asked(a) - asked(b) : 0) || byBirth(a, b);

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

const keys: Record<ColumnId, (session: SessionView) => string | number | null> = {
  status: rank,
  name: once(titleOf),
  project: (session) => session.project,
  activity: (session) => (session.status === 'waiting' ? asked(session) : null),
  agent: (session) => session.agent,
  model: (session) => session.model,
  host: (session) => session.host,
  tasks: (session) => session.tasks_running,
  tokens: (session) => session.usage.total_tokens,
  cost: (session) => session.usage.cost_usd,
  // The longest is the one that began first.
  duration: (session) => -created(session),
  seen: heard,
};

/** The order of a list. What has no value comes last, either way. */
export function compareBy(sort: SessionsSearch['sort']): Compare {
  if (sort === undefined) return byAttention;
  const descending = sort.startsWith('-');
  const key = keys[(descending ? sort.slice(1) : sort) as ColumnId];
  return (a, b) => {
    const [x, y] = [key(a), key(b)];
    if (x === null || y === null) return x === y ? byBirth(a, b) : x === null ? 1 : -1;
    const way = typeof x === 'string' ? collator.compare(x, String(y)) : x - Number(y);
    return (descending ? -way : way) || byBirth(a, b);
  };
}

/** Which live sessions a list shows. */
export function keepFor({ q, status, project, agent, host, attention }: SessionsSearch): Keep {
  const words = (q ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  return (session) =>
    (status === undefined || status.includes(session.status as (typeof status)[number]))
    && (project === undefined || session.project === project)
    && (agent === undefined || session.agent === agent)
    && (host === undefined || session.host === host)
    && (attention === undefined || rank(session) <= order.error)
    && words.every((word) => searched(session).includes(word));
}
