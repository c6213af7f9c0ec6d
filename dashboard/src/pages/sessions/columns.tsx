import { Hourglass, Pause } from 'lucide-react';
import type { ReactNode } from 'react';
import type { SessionView } from '../../data';
import { compact, dollars } from '../../design/format';
import { StatusBadge } from '../../design/StatusBadge';
import { Mark } from '../../design/Surfaces';
import { Duration, RelativeTime } from '../../design/Time';
import { plain } from '../../plainText';
import { lastHeard, placeOf, titleOf, pathOf } from '../../session';
import { Activity } from './Activity';
import { columnIds, type ColumnId } from './columnIds';

export type Lines = 1 | 2;

export interface Column {
  id: ColumnId;
  name: string;
  /** As in grid-template-columns. */
  width: string;
  /** Shown by itself where the table is at least so wide; null: only when chosen. */
  from: number | null;
  /** Figures stand at the right. */
  right?: true;
  /** Begins with the greatest when sorted. */
  greatestFirst?: true;
  testId?: string;
  /** `shows`: the columns of this table, so that none says what another does. */
  cell: (session: SessionView, lines: Lines, shows: ReadonlySet<ColumnId>) => ReactNode;
}

const none = <span className="text-quiet">—</span>;
const text = (value: string | null): ReactNode =>
  value === null ? none : <span className="block truncate" title={plain(value)}>{plain(value)}</span>;
const second = (value: string, hint = value): ReactNode =>
  <span className="block truncate text-xs text-quiet" title={plain(hint)}>{plain(value)}</span>;

const looks: Record<ColumnId, Omit<Column, 'id'>> = {
  status: { name: 'Status', width: '5.5rem', from: 0, cell: (session) => <StatusBadge session={session} /> },
  name: { name: 'Session', width: 'minmax(10rem, 1.3fr)', from: 0, cell: (session, lines, shows) => <Name session={session} second={lines === 2 ? placeFor(session, shows) : null} /> },
  project: { name: 'Project', width: 'minmax(7rem, 0.5fr)', from: null, cell: ({ project }) => text(project) },
  activity: {
    name: 'Activity', width: 'minmax(13rem, 1.5fr)', from: 640, cell: (session, lines) => <Activity session={session} lines={lines} />,
  },
  agent: {
    name: 'Agent', width: 'minmax(7.5rem, 0.1fr)', from: 860,
    cell: ({ agent, model }, lines, shows) => <>{text(agent)}{lines === 2 && model !== null && !shows.has('model') && second(model)}</>,
  },
  model: { name: 'Model', width: 'minmax(7.5rem, 0.5fr)', from: null, cell: ({ model }) => text(model) },
  host: { name: 'Host', width: 'minmax(6rem, 0.4fr)', from: 1_280, cell: ({ host }) => text(host) },
  tasks: {
    name: 'Tasks', width: '3.25rem', from: 1_060, right: true, greatestFirst: true, testId: 'row-tasks',
    cell: ({ tasks_running }) => (tasks_running > 0 ? tasks_running : <span className="text-quiet">0</span>),
  },
  tokens: {
    name: 'Tokens', width: '4.5rem', from: 920, right: true, greatestFirst: true, testId: 'row-tokens',
    cell: ({ usage }, lines) => {
      if (usage.total_tokens === 0) return none;
      const [into, out] = [compact(usage.input_tokens), compact(usage.output_tokens)];
      return <span title={`${into} in, ${out} out`}>{lines === 2 ? <>{into}{second(`${out} out`)}</> : compact(usage.total_tokens)}</span>;
    },
  },
  cost: {
    name: 'Cost', width: '4rem', from: 700, right: true, greatestFirst: true, testId: 'row-cost',
    cell: ({ usage }) => (usage.cost_usd === null ? none : dollars(usage.cost_usd)),
  },
  duration: {
    name: 'Duration', width: '4.25rem', from: 1_000, right: true, greatestFirst: true,
    cell: ({ created_at, ended_at }) => <Duration from={created_at} to={ended_at} />,
  },
  seen: {
    name: 'Last seen', width: '4.5rem', from: 0, right: true, greatestFirst: true,
    cell: (session) => <span className="text-quiet"><RelativeTime time={lastHeard(session)} /></span>,
  },
};

export const columns: readonly Column[] = columnIds.map((id) => ({ id, ...looks[id] }));

/** Where it runs, as far as no other column says it. */
function placeFor(session: SessionView, shows: ReadonlySet<ColumnId>): string | null {
  const place = placeOf(session);
  const parts = [place === titleOf(session) ? null : place, shows.has('host') ? null : session.host].filter((part) => part !== null);
  return parts.length > 0 ? parts.join(' · ') : null;
}

function Name({ session, second: below }: { session: SessionView; second: string | null }) {
  const title = titleOf(session);
  return (
    <>
      <div className="flex items-center gap-1.5">
        {/* One stop for the keyboard in the whole list: it moves from row to row by itself. */}
        <a href={pathOf(session)} tabIndex={-1} className="truncate font-medium hover:underline" title={`${title} (${session.id})`}>{title}</a>
        <Marks session={session} />
      </div>
      {below !== null && second(below, session.cwd ?? below)}
    </>
  );
}

/** Paused by a person; silent for longer than it should be. */
export function Marks({ session }: { session: SessionView }) {
  return (
    <>
      {session.is_paused && (
        <Mark data-testid="paused" title="A person paused it"><Pause className="size-3" aria-hidden="true" />Paused</Mark>
      )}
      {session.stale && (
        <Mark data-testid="stale" title="Nothing was heard of it for a while"><Hourglass className="size-3" aria-hidden="true" />Silent</Mark>
      )}
    </>
  );
}
