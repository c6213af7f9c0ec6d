import { getRouteApi, Link } from '@tanstack/react-router';
import { ArrowLeft } from 'lucide-react';
import type { ReactNode } from 'react';
import { sessionsOf, useFleetValue } from '../../data';
import { compact, dollars } from '../../design/format';
import { StatusBadge } from '../../design/StatusBadge';
import { Card, EmptyState } from '../../design/Surfaces';
import { Duration, RelativeTime } from '../../design/Time';
import { lastHeard, placeOf, titleOf } from '../../session';
import { Activity } from '../sessions/Activity';
import { Marks } from '../sessions/columns';

const route = getRouteApi('/sessions/$id');

/** One session: what it is, where it runs, what it does and costs. */
export function SessionPage() {
  const { id } = route.useParams();
  const session = useFleetValue((fleet) =>
    sessionsOf(fleet).find((each) => each.id === id) ?? fleet.ended.find((each) => each.id === id) ?? null);
  const back = (
    <Link to="/" className="inline-flex items-center gap-1 text-xs text-quiet hover:text-ink">
      <ArrowLeft className="size-3.5" aria-hidden="true" /> Sessions
    </Link>
  );
  if (!session) {
    return <EmptyState heading="h1" title="This session is not live" action={back}>It has ended, or was never here: {id}</EmptyState>;
  }
  return (
    <div className="overflow-auto px-4 py-4 sm:px-6" data-testid="session-page">
      {back}
      <div className="mt-2 flex flex-wrap items-center gap-2">
        <h1 className="text-lg font-semibold tracking-tight">{titleOf(session)}</h1>
        <StatusBadge session={session} />
        <Marks session={session} />
      </div>
      <p className="text-quiet">{placeOf(session)}</p>
      <div className="mt-3 max-w-3xl"><Activity session={session} lines={2} /></div>
      <Card className="mt-4 max-w-3xl">
        <dl className="grid gap-x-8 gap-y-3 p-4 sm:grid-cols-2">
          <Fact name="Id">{session.id}</Fact>
          <Fact name="Agent">{session.agent ?? '—'}</Fact>
          <Fact name="Model">{session.model ?? '—'}</Fact>
          <Fact name="Host">{session.host ?? '—'}</Fact>
          <Fact name="Folder">{session.cwd ?? '—'}</Fact>
          <Fact name="Tasks running">{session.tasks_running}</Fact>
          <Fact name="Tokens">{`${compact(session.usage.input_tokens)} in, ${compact(session.usage.output_tokens)} out`}</Fact>
          <Fact name="Cost">{dollars(session.usage.cost_usd)}</Fact>
          <Fact name="Duration"><Duration from={session.created_at} to={session.ended_at} /></Fact>
          <Fact name="Last seen"><RelativeTime time={lastHeard(session)} /></Fact>
        </dl>
      </Card>
    </div>
  );
}

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <div className="min-w-0">
    <dt className="text-xs text-quiet">{name}</dt>
    <dd className="break-words tabular-nums">{children}</dd>
  </div>
);
