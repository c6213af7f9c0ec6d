import type { SessionView, WaitingFor } from '@rollcall/client';
import { RelativeTime } from './RelativeTime';

const asks: Record<WaitingFor, string> = {
  permission: 'Asks for permission',
  question: 'Asks a question',
  plan: 'Asks to approve a plan',
  elicitation: 'Asks for details',
  auth: 'Asks to sign in',
  input: 'Waiting for input',
};

/** What a person is asked, and since when; or what went wrong. Nothing otherwise. */
export function Attention({ session }: { session: SessionView }) {
  if (session.status === 'waiting') {
    const what = session.waiting_for ? (asks[session.waiting_for] ?? 'Waiting for you') : 'Waiting for you';
    return (
      <div data-testid="waiting" className="mt-2">
        <div className="flex flex-wrap gap-x-1 text-xs font-medium text-waiting">
          {what}
          {session.waiting_since && <span>for <RelativeTime time={session.waiting_since} span /></span>}
        </div>
        {session.waiting_text && (
          <div className="mt-1 w-fit max-w-full rounded-md bg-waiting-soft px-2 py-1" title={session.waiting_text}>
            <div className="line-clamp-2 font-mono text-xs break-words">{session.waiting_text}</div>
          </div>
        )}
      </div>
    );
  }
  if (session.state !== 'error' || !session.error_message) return null;
  return (
    <div data-testid="error-message" className="mt-1.5 line-clamp-2 text-xs text-error" title={session.error_message}>
      {session.error_message}
    </div>
  );
}
