import { memo, type ReactNode } from 'react';
import { badgeOf, type Badge, type SessionView } from '@rollcall/client';
import { compact, dollars, lastFolder } from './format';
import { PausedIcon, StaleIcon } from './icons';
import { Attention } from './Attention';
import { RelativeTime } from './RelativeTime';
import { StatusBadge } from './StatusBadge';

const cell = 'px-3 py-3';
const edge: Record<Exclude<Badge, null> | 'none', string> = {
  waiting: 'shadow-[inset_3px_0_0_var(--color-waiting)]',
  error: 'shadow-[inset_3px_0_0_var(--color-error)]',
  working: '',
  none: '',
};

/** One session. Rendered again only when its own view is another object. */
export const SessionRow = memo(function SessionRow({ session }: { session: SessionView }) {
  const { usage } = session;
  const [title, place] = [titleOf(session), placeOf(session)];
  return (
    <tr
      data-testid="session" data-session-id={session.id} data-status={session.status}
      className="border-line align-top not-last:border-b"
    >
      <td className={`${cell} pl-4 ${edge[badgeOf(session) ?? 'none']}`}><StatusBadge session={session} /></td>
      <td className={cell}>
        <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span className="line-clamp-2 max-w-full font-medium break-words" title={session.id}>{title}</span>
          {session.is_paused && <Mark testId="paused" hint="A person paused it"><PausedIcon /> Paused</Mark>}
          {session.stale && (
            <Mark testId="stale" hint="Nothing was heard of it for a while"><StaleIcon /> Silent</Mark>
          )}
        </div>
        {place !== title && <div className="truncate text-xs text-quiet" title={session.cwd ?? undefined}>{place}</div>}
        <Attention session={session} />
      </td>
      <td className={`${cell} hidden lg:table-cell`}>
        <Lines first={session.agent} second={session.model} />
      </td>
      <td className={`${cell} hidden truncate xl:table-cell`} title={session.host ?? undefined}>{session.host ?? '—'}</td>
      <td className={`${cell} hidden text-right tabular-nums lg:table-cell`} data-testid="row-tasks">
        {session.tasks_running > 0 ? session.tasks_running : <span className="text-quiet">0</span>}
      </td>
      <td className={`${cell} hidden text-right whitespace-nowrap tabular-nums md:table-cell`} data-testid="row-tokens">
        {usage.total_tokens > 0 ? `${compact(usage.input_tokens)} / ${compact(usage.output_tokens)}` : <None />}
      </td>
      <td className={`${cell} hidden text-right tabular-nums sm:table-cell`} data-testid="row-cost">
        {usage.cost_usd === null ? <None /> : dollars(usage.cost_usd)}
      </td>
      <td className={`${cell} pr-4 text-right text-quiet`}><RelativeTime time={session.updated_at} /></td>
    </tr>
  );
});

const None = () => <span className="text-quiet">—</span>;

function Lines({ first, second }: { first: string | null; second: string | null }) {
  return (
    <>
      <div className="truncate">{first ?? '—'}</div>
      {second !== null && <div className="truncate text-xs text-quiet" title={second}>{second}</div>}
    </>
  );
}

function Mark({ testId, hint, children }: { testId: string; hint: string; children: ReactNode }) {
  return (
    <span
      data-testid={testId} title={hint}
      className="inline-flex items-center gap-1 rounded-full bg-raised px-2 text-xs whitespace-nowrap text-quiet"
    >
      {children}
    </span>
  );
}

export const titleOf = (session: SessionView): string => session.name ?? session.project ?? session.id;

function placeOf(session: SessionView): string {
  const { project, cwd, name } = session;
  const folder = cwd === null ? null : lastFolder(cwd);
  if (name !== null && project !== null) return folder === null || folder === project ? project : `${project} · ${folder}`;
  return cwd ?? session.id;
}
