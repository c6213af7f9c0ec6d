import { badgeOf, type SessionView } from '../../data';
import { RelativeTime } from '../../design/Time';
import { askOf } from '../../session';

/** What a session is doing; what a person is asked, and since when; or what went wrong. */
export function Activity({ session, lines }: { session: SessionView; lines: 1 | 2 }) {
  if (session.status === 'waiting') {
    const { waiting_since: since, waiting_text: said } = session;
    const ask = askOf(session);
    return (
      <div data-testid="waiting" title={ask.long} className={`min-w-0 ${lines === 1 ? 'flex items-baseline gap-2' : ''}`}>
        <div className="shrink-0 truncate font-medium text-waiting">
          {lines === 1 ? ask.short : ask.long}
          {since && <span className="font-normal"> · <RelativeTime time={since} span /></span>}
        </div>
        {said && <div className="truncate font-mono text-xs" title={said}>{said}</div>}
      </div>
    );
  }
  if (session.state === 'error' && session.error_message) {
    return (
      <div
        data-testid="error-message" title={session.error_message}
        className={`min-w-0 text-error ${lines === 2 ? 'line-clamp-2 break-words' : 'truncate'}`}
      >
        {session.error_message}
      </div>
    );
  }
  const { tasks_running: tasks } = session;
  const doing = badgeOf(session) !== 'working' ? null : tasks > 1 ? `${tasks} tasks` : tasks === 1 ? 'A task' : null;
  return doing === null ? <span className="text-quiet">—</span> : <div className="truncate text-quiet">{doing} running</div>;
}
