import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import { badgeOf, type SessionView } from '../../data';
import { StatusBadge } from '../../design/StatusBadge';
import { RelativeTime } from '../../design/Time';
import { plain } from '../../plainText';
import { placeOf, titleOf } from '../../session';

/** What ended while this page was open, so that a crash does not go by unseen. */
export const JustEnded = memo(function JustEnded({ sessions }: { sessions: readonly SessionView[] }) {
  return (
    <section aria-labelledby="ended-sessions">
      <h2 id="ended-sessions" className="border-b border-line px-4 pt-5 pb-1.5 text-xs font-medium text-quiet sm:px-5">Just ended</h2>
      <ul>
        {sessions.map((session) => (
          <li
            key={session.id} data-testid="ended" data-session-id={session.id} data-status={session.status}
            className="flex min-h-11 items-center gap-3 border-b border-line px-4 py-1.5 sm:px-5"
          >
            <span className="shrink-0 sm:w-22">
              {badgeOf(session) === 'error' ? <StatusBadge session={session} /> : <span className="pl-1 text-xs text-quiet">Ended</span>}
            </span>
            <span className="min-w-0 grow">
              <Link to="/sessions/$id" params={{ id: session.id }} className="block truncate font-medium hover:underline">{titleOf(session)}</Link>
              <span className="block truncate text-xs text-quiet">{session.error_message === null ? placeOf(session) : plain(session.error_message)}</span>
            </span>
            <span className="shrink-0 text-quiet"><RelativeTime time={session.ended_at ?? session.updated_at} /></span>
          </li>
        ))}
      </ul>
    </section>
  );
});
