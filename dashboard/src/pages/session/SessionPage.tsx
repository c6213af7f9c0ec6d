import { getRouteApi, Link } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';
import { useCommands, type Command } from '../../commands';
import { useConnection, type HubError, type SessionDetail, type SessionView } from '../../data';
import { EmptyState } from '../../design/Surfaces';
import { Tabs } from '../../design/Tabs';
import { Dock } from './controls/Dock';
import { Events } from './events/Events';
import { useSessionLog } from './log/useSessionLog';
import { Output } from './output/Output';
import { tabs, type Tab } from './search';
import { SessionHeader } from './SessionHeader';
import { Tasks } from './tasks/Tasks';
import { Timeline } from './timeline/Timeline';
import { Usage } from './usage/Usage';
import { useOneSession } from './useOneSession';

const route = getRouteApi('/sessions/$id');

/** One session, live or ended: what it is, what it did, and what it can be told. */
export function SessionPage() {
  const { id } = route.useParams();
  const [born, setBorn] = useState<string | null>(null);
  const { epoch } = useConnection();
  // Another hub's log, and a session that was refused and then began, are asked for anew.
  return <Watched key={`${id} ${epoch ?? ''} ${born === id}`} id={id} onBorn={() => setBorn(id)} />;
}

function Watched({ id, onBorn }: { id: string; onBorn: () => void }) {
  const { session, detail, refusal, refused } = useOneSession(id);
  const born = refused && session !== null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: told once, when it is.
  useEffect(() => {
    if (born) onBorn();
  }, [born]);
  if (refusal !== null) return <Unknown id={id} refusal={refusal} />;
  return session === null ? <Awaited id={id} /> : <Known session={session} detail={detail} />;
}

const names: Record<Tab, string> = { timeline: 'Timeline', output: 'Output', tasks: 'Tasks', usage: 'Usage', events: 'Events' };

function Known({ session, detail }: { session: SessionView; detail: SessionDetail | null }) {
  const { id } = session;
  const { tab = 'timeline' } = route.useSearch();
  const navigate = route.useNavigate();
  const page = useSessionLog(id);
  const running = session.ended_at === null ? (detail?.tasks ?? []) : [];
  useCommands(useMemo<readonly Command[]>(() => tabs.map((each, at) => ({
    id: `session.${each}`, name: `Show the session’s ${names[each].toLowerCase()}`, keys: [String(at + 1)],
    run: () => void navigate({ search: { tab: each } }),
  })), [navigate]));
  return (
    <div className="flex min-h-0 grow flex-col overflow-y-auto" data-testid="session-page" data-session-status={session.status}>
      <SessionHeader session={session} />
      <div className="flex min-h-64 grow basis-0 flex-col">
        <Tabs<Tab>
          label="What of the session" value={tab} onChange={(next) => void navigate({ search: { tab: next } })}
          tabs={tabs.map((each) => ({ value: each, name: <>{names[each]}{each === 'tasks' && running.length > 0 && <Count of={running.length} />}</> }))}
        >
          {tab === 'timeline' && <Timeline page={page} id={id} />}
          {tab === 'output' && <Output page={page} tail={detail?.output ?? []} />}
          {tab === 'tasks' && <Tasks page={page} running={running} id={id} />}
          {tab === 'usage' && <Usage page={page} session={session} />}
          {tab === 'events' && <Events page={page} id={id} />}
        </Tabs>
      </div>
      <Dock session={session} />
    </div>
  );
}

const Count = ({ of }: { of: number }) => <span className="text-xs font-normal tabular-nums"> {of}<span className="sr-only"> running</span></span>;

const back = <Link to="/" className="font-medium text-accent hover:underline">To the sessions</Link>;

const Unknown = ({ id, refusal }: { id: string; refusal: HubError }) => (refusal.code === 'not_found'
  ? <EmptyState heading="h1" title="There is no such session" action={back}>The hub knows none with the id <code className="font-mono break-all">{id}</code>. It may be mistyped, or of another hub.</EmptyState>
  : <EmptyState heading="h1" title="The hub does not show this session" action={back}>{refusal.message}</EmptyState>);

/** Nothing is known of it yet: for a moment, or until the hub can be reached. */
const Awaited = ({ id }: { id: string }) => (
  <div className="px-4 py-5 sm:px-6" data-testid="session-awaited">
    <h1 className="text-lg font-semibold break-all">{id}</h1>
    <p role="status" className="text-quiet">{useConnection().phase === 'live' ? 'Asking the hub…' : 'Not known until the hub can be reached.'}</p>
  </div>
);
