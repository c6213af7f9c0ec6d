import { getRouteApi } from '@tanstack/react-router';
import { isLoaded, sessionsOf, useFleetValue } from '../../data';
import { Tabs } from '../../design/Tabs';
import { EndedSessions } from './EndedSessions';
import { LiveSessions } from './LiveSessions';
import type { SessionsSearch } from './search';
import { Toolbar } from './Toolbar';

const route = getRouteApi('/');

/** The live sessions, those that need a person on top; and those that ended, page by page. The address holds the view. */
export function SessionsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const live = useFleetValue((fleet) => (isLoaded(fleet) ? sessionsOf(fleet).length : null));
  // A letter more in the search is not a place to go back to.
  const change = (by: SessionsSearch): void => void navigate({
    search: (before) => ({ ...before, ...by }), replace: Object.keys(by).join() === 'q',
  });

  return (
    <>
      <h1 className="sr-only">Sessions</h1>
      <Tabs
        label="Which sessions" value={search.tab ?? 'live'}
        // What has ended has neither an order of its own nor a status.
        onChange={(tab) => change({ tab: tab === 'ended' ? 'ended' : undefined, sort: undefined, status: undefined, attention: undefined })}
        tabs={[
          { value: 'live', name: <>Live {live !== null && <span data-testid="live-count" className="text-xs font-normal text-quiet tabular-nums">{live}</span>}</> },
          { value: 'ended', name: 'Ended' },
        ]}
      >
        {(live !== 0 || search.tab === 'ended') && <Toolbar search={search} change={change} />}
        {search.tab === 'ended'
          ? <EndedSessions search={search} change={change} />
          : <LiveSessions search={search} change={change} />}
      </Tabs>
    </>
  );
}
