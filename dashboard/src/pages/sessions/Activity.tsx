import { badgeOf, type SessionView } from '../../data';
import { RelativeTime } from '../../design/Time';
import { askOf } from '../../session';

/** What a session is doing; what a person is asked, and since when; or what went wrong. */
export function Activity({ session, lines }: { session: SessionView; lines: 1 | 2 }) {
  const wrap = lines === 2 ? '' : 'flex items-baseline gap-1.5';
  if (session.status === 'waiting') {
    return (
      <div data-testid="waiting" className={`min-w-0 ${wrap}`}>
        <div className="truncate font-medium whitespace-nowrap text-waiting">
          {askOf(session)}
          {session.waiting_since && <span className="font-normal"> · <RelativeTime time={session.waiting_since} span /></span>}
        </div>
        {session.waiting_text && <div className="truncate font-mono text-xs" title={session.waiting_text}>{session.waiting_text}</div>}
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
