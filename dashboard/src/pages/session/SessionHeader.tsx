import { Link } from '@tanstack/react-router';
import { ArrowLeft } from 'lucide-react';
import type { ReactNode } from 'react';
import { badgeOf, type SessionView } from '../../data';
import { compact, dollars } from '../../design/format';
import { StatusBadge } from '../../design/StatusBadge';
import { Duration, RelativeTime } from '../../design/Time';
import { plain } from '../../plainText';
import { askOf, lastHeard, placeOf, titleOf } from '../../session';
import { Marks } from '../sessions/columns';
import { CopyMenu } from './controls/CopyMenu';
import { PauseButton } from './controls/PauseButton';
import { useOwner } from './useOwner';

/** What the session is, how it stands, what it has cost, and who owns it. */
export function SessionHeader({ session }: { session: SessionView }) {
  const { usage, ended_at: ended } = session;
  const title = titleOf(session);
  const place = placeOf(session);
  const origin = [place === title ? null : place, session.agent, session.model, session.host].filter((part) => part !== null);
  const badge = badgeOf(session);
  return (
    <header className="shrink-0 px-4 pt-3 pb-3 sm:px-5" data-testid="session-header">
      <div className="flex flex-wrap items-center gap-1.5">
        <Link to="/" className="mr-auto inline-flex items-center gap-1 text-xs text-quiet hover:text-ink">
          <ArrowLeft className="size-3.5" aria-hidden="true" /> Sessions
        </Link>
        {ended === null && <PauseButton session={session} />}
        <CopyMenu session={session} />
      </div>
      <div className="mt-1 flex flex-wrap items-center gap-x-2 gap-y-1">
        <h1 className="text-lg leading-7 font-semibold tracking-tight [overflow-wrap:anywhere]">{title}</h1>
        {ended !== null && badge === null ? <span className="text-xs text-quiet">Ended</span> : <StatusBadge session={session} />}
        <Marks session={session} />
      </div>
      <p className="text-quiet [overflow-wrap:anywhere]" title={session.cwd === null ? undefined : plain(session.cwd)}>{plain(origin.join(' · '))}</p>
      <Matter session={session} />
      <dl className="mt-3 flex flex-wrap gap-x-6 gap-y-2 sm:gap-x-8">
        <Figure name="Duration" testId="session-duration"><Duration from={session.created_at} to={ended} /></Figure>
        <Figure name="Tokens in" testId="session-input">{compact(usage.input_tokens)}</Figure>
        <Figure name="Tokens out" testId="session-output">{compact(usage.output_tokens)}</Figure>
        <Figure name="Cost" testId="session-cost">{dollars(usage.cost_usd)}</Figure>
        <Figure name="Tasks" testId="session-tasks">{session.tasks_running}</Figure>
        {ended === null
          ? <Figure name="Last seen"><RelativeTime time={lastHeard(session)} /></Figure>
          : <Figure name="Ended"><RelativeTime time={ended} /></Figure>}
        {ended === null && <Figure name="Owner" testId="session-owner"><OwnerName session={session} /></Figure>}
      </dl>
    </header>
  );
}

/** What it asks of a person, or what went wrong, in full. */
function Matter({ session }: { session: SessionView }) {
  const { waiting_text: asked, waiting_since: since, error_message: error } = session;
  const box = 'mt-2.5 max-h-40 max-w-4xl overflow-y-auto rounded-lg px-3 py-2';
  const text = 'font-mono text-xs [overflow-wrap:anywhere] whitespace-pre-wrap';
  if (session.status === 'waiting') {
    return (
      <div data-testid="waiting" className={`${box} bg-waiting-soft`}>
        <p className="font-medium text-waiting">{askOf(session).long}{since !== null && <span className="font-normal"> · <RelativeTime time={since} span /></span>}</p>
        {asked !== null && <p className={text}>{plain(asked)}</p>}
      </div>
    );
  }
  if (session.state !== 'error' || error === null) return null;
  return <p data-testid="error-message" className={`${box} ${text} bg-error-soft text-error`}>{plain(error)}</p>;
}

const Figure = ({ name, testId, children }: { name: string; testId?: string; children: ReactNode }) => (
  <div className="min-w-0">
    <dt className="text-xs text-quiet">{name}</dt>
    <dd data-testid={testId} className="font-medium tabular-nums">{children}</dd>
  </div>
);

/** A program that hears what it is told; most sessions have none, and only report. */
function OwnerName({ session }: { session: SessionView }) {
  const { owner } = useOwner(session);
  if (owner === null) return '—';
  if (!owner.owned) return <span className="font-normal text-quiet">Nobody</span>;
  return (
    <>
      {owner.key === null ? 'A program' : `Key ${owner.key}`}
      {owner.since !== null && <span className="font-normal text-quiet"> · <RelativeTime time={owner.since} span /></span>}
    </>
  );
}
