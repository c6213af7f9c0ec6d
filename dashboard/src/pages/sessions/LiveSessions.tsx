import { useMemo, useState } from 'react';
import { isLoaded, sessionsOf, useFleet } from '../../data';
import { Button } from '../../design/Button';
import { EmptyState } from '../../design/Surfaces';
import { Ordering } from '../../ordering';
import { FirstRun } from './FirstRun';
import { JustEnded } from './JustEnded';
import { everything, type SessionsSearch } from './search';
import { SessionTable } from './SessionTable';
import { compareBy, keepFor } from './view';

/** What runs now, from the socket alone. */
export function LiveSessions({ search, change }: { search: SessionsSearch; change: (by: SessionsSearch) => void }) {
  const fleet = useFleet();
  const [ordering] = useState(() => new Ordering());
  const compare = useMemo(() => compareBy(search.sort), [search.sort]);
  const keep = useMemo(() => keepFor(search), [search]);
  if (!fleet || !isLoaded(fleet)) return <div className="grow" aria-busy="true" />;

  const sessions = ordering.update(sessionsOf(fleet), compare, keep);
  const justEnded = fleet.ended.length > 0 && <JustEnded sessions={fleet.ended} />;
  if (sessionsOf(fleet).length === 0) {
    return <div className="grow overflow-auto"><FirstRun />{justEnded}</div>;
  }
  if (sessions.length === 0) {
    return (
      <EmptyState title="No live session is like that" action={<Button onClick={() => change(everything)}>Show all of them</Button>}>
        {sessionsOf(fleet).length} are left out by the search and the filters.
      </EmptyState>
    );
  }
  return (
    <SessionTable
      view={JSON.stringify(search)} sessions={sessions} total={sessions.length} sort={search.sort} onSort={(sort) => change({ sort })}
      label="Live sessions" after={justEnded}
    />
  );
}
