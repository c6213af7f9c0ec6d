import { badgeOf, type SessionView } from '../../data';
import { RelativeTime } from '../../design/Time';
import { plain } from '../../plainText';
import { askOf } from '../../session';

/** What a session is doing; what a person is asked, and since when; or what went wrong. */
export function Activity({ session, lines }: { session: SessionView; lines: 1 | 2 }) {
  if (session.status === 'waiting') {
    const { waiting_since: since, waiting_text: asked } = session;
    const said = asked && plain(asked);
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
    const failure = plain(session.error_message);
    return (
      <div
        data-testid="error-message" title={failure}
        className={`min-w-0 text-error ${lines === 2 ? 'line-clamp-2 break-words' : 'truncate'}`}
      >
        {failure}
      </div>
    );
  }
  const { tasks_running: tasks } = session;
  const doing = badgeOf(session) !== 'working' ? null : tasks > 1 ? `${tasks} tasks` : tasks === 1 ? 'A task' : null;
  return doing === null ? <span className="text-quiet">—</span> : <div className="truncate text-quiet">{doing} running</div>;
}
