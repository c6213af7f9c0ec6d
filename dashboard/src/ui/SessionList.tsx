import { useMemo } from 'react';
import { inAttentionOrder, needYou, type SessionView } from '@rollcall/client';
import { SessionRow } from './SessionRow';

const head = 'px-3 py-2 font-medium';

/** The live sessions, those that need a person on top. */
export function SessionList({ sessions }: { sessions: readonly SessionView[] }) {
  const ordered = useMemo(() => inAttentionOrder(sessions), [sessions]);
  const needing = needYou(sessions);
  return (
    <section aria-labelledby="live-sessions">
      <div className="mb-2 flex items-baseline gap-2">
        <h2 id="live-sessions" className="font-semibold">Live sessions</h2>
        <span data-testid="live-count" className="text-quiet tabular-nums">{sessions.length}</span>
        {needing > 0 && (
          <span data-testid="need-you" className="ml-auto font-medium tabular-nums">
            {needing} {needing === 1 ? 'needs' : 'need'} you
          </span>
        )}
      </div>
      <div className="overflow-hidden rounded-xl border border-line bg-surface">
        <table className="w-full table-fixed border-collapse text-left">
          <thead className="border-b border-line text-xs text-quiet">
            <tr>
              <th scope="col" className={`${head} w-28 pl-4`}>State</th>
              <th scope="col" className={head}>Session</th>
              <th scope="col" className={`${head} hidden w-44 lg:table-cell`}>Agent</th>
              <th scope="col" className={`${head} hidden w-36 xl:table-cell`}>Host</th>
              <th scope="col" className={`${head} hidden w-16 text-right lg:table-cell`}>Tasks</th>
              <th scope="col" className={`${head} hidden w-36 text-right md:table-cell`}>Tokens in / out</th>
              <th scope="col" className={`${head} hidden w-20 text-right sm:table-cell`}>Cost</th>
              <th scope="col" className={`${head} w-22 pr-4 text-right sm:w-24`}>Changed</th>
            </tr>
          </thead>
          <tbody>
            {ordered.map((session) => <SessionRow key={session.id} session={session} />)}
          </tbody>
        </table>
      </div>
    </section>
  );
}
