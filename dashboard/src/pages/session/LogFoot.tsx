import { Button } from '../../design/Button';
import { access } from '../../signIn/access';
import type { Edge } from './log/logState';
import type { SessionLogView } from './log/SessionLog';

export type PageLog = SessionLogView & { older: () => void };

const why: Record<Edge, string> = {
  beginning: 'This is where it began.',
  pruned: 'What was before this is no longer in the hub’s log: its retention removed it.',
  full: 'What was before this is still in the hub’s log, but is more than this page keeps.',
};

/** What is, or is not, before the oldest that is shown; and a way to it. */
export function LogFoot({ page, id }: { page: PageLog; id: string }) {
  const { log, loading, trouble, skipped } = page;
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-3 text-xs text-quiet sm:px-5" data-testid="log-foot">
      {trouble !== null && <span role="alert" className="text-error">The log could not be read: {trouble}</span>}
      {skipped > 0 && <span>{skipped} events of a newer hub are not shown.</span>}
      {log !== null && log.edge !== null && (
        <span>
          {why[log.edge]}
          {/* A link takes no key along. */}
          {log.edge === 'full' && access.key === null && <> <a className="text-accent underline" href={`/api/v1/sessions/${encodeURIComponent(id)}/events`}>Read it over HTTP</a></>}
        </span>
      )}
      {log !== null && log.edge === null && <Button onClick={page.older} disabled={loading}>{loading ? 'Reading…' : 'Show what was before'}</Button>}
    </div>
  );
}

/** New things that wait for a reader who is further down. */
export const Newer = ({ count, onShow }: { count: number; onShow: () => void }) => (count === 0 ? null : (
  <div className="pointer-events-none absolute inset-x-0 top-2 z-10 flex justify-center">
    <Button look="primary" className="pointer-events-auto shadow-overlay" onClick={onShow} data-testid="newer">{count} newer</Button>
  </div>
));
