import type { SessionView } from '@rollcall/client';
import { Attention } from './Attention';
import { RelativeTime } from './RelativeTime';
import { titleOf } from './SessionRow';
import { StatusBadge } from './StatusBadge';

/** What ended while this page was open, so that a crash does not go by unseen. */
export function EndedList({ sessions }: { sessions: readonly SessionView[] }) {
  return (
    <section aria-labelledby="ended-sessions">
      <h2 id="ended-sessions" className="mb-2 font-semibold">Just ended</h2>
      <ul className="overflow-hidden rounded-xl border border-line bg-surface">
        {sessions.map((session) => (
          <li
            key={session.id} data-testid="ended" data-session-id={session.id} data-status={session.status}
            className="flex items-start border-line py-2.5 pr-4 not-last:border-b"
          >
            <span className="w-28 shrink-0 pl-4">
              {session.state === 'error' ? <StatusBadge session={session} /> : <span className="text-quiet">Ended</span>}
            </span>
            <span className="min-w-0 grow px-3">
              <span className="block truncate font-medium" title={session.id}>{titleOf(session)}</span>
              <Attention session={session} />
            </span>
            <span className="shrink-0 text-quiet"><RelativeTime time={session.ended_at ?? session.updated_at} /></span>
          </li>
        ))}
      </ul>
    </section>
  );
}
