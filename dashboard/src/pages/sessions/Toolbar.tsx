import { CircleAlert, X } from 'lucide-react';
import { useFleetValue } from '../../fleetFrames';
import { needingIn, sessionsOf, type SessionView } from '../../data';
import { Button } from '../../design/Button';
import { MenuCheck, MenuChoice, MenuLabel } from '../../design/Menu';
import { FilterMenu } from './FilterMenu';
import { everything, isFiltered, statuses, type SessionsSearch } from './search';
import { SearchField } from './SearchField';
import { ViewMenu } from './ViewMenu';

type Place = 'project' | 'agent' | 'host';
const places: readonly { by: Place; name: string }[] = [
  { by: 'project', name: 'Project' }, { by: 'agent', name: 'Agent' }, { by: 'host', name: 'Host' },
];

/** Search, filters, columns. All it chooses stands in the address. */
export function Toolbar({ search, change }: { search: SessionsSearch; change: (by: SessionsSearch) => void }) {
  const ended = search.tab === 'ended';
  return (
    <div role="group" aria-label="Filters" className="flex shrink-0 flex-wrap items-center gap-1.5 border-b border-line px-4 py-2 sm:px-5">
      <SearchField value={search.q ?? ''} onChange={(q) => change({ q: q === '' ? undefined : q })} />
      {!ended && (
        <>
          <NeedsYou on={search.attention === true} toggle={() => change({ attention: search.attention ? undefined : true })} />
          <FilterMenu name="Status" chosen={search.status?.join(', ') ?? null}>
            {statuses.map((status) => (
              <MenuCheck
                key={status} checked={search.status?.includes(status) ?? false}
                onChange={(on) => change({ status: toggled(search.status, status, on) })}
              >
                <span className="capitalize">{status}</span>
              </MenuCheck>
            ))}
          </FilterMenu>
        </>
      )}
      {places.map(({ by, name }) => (
        <FilterMenu key={by} name={name} chosen={search[by] ?? null}>
          <Places by={by} chosen={search[by]} choose={(value) => change({ [by]: value })} />
        </FilterMenu>
      ))}
      {isFiltered(search) && (
        <Button look="bare" onClick={() => change(everything)} data-testid="clear-filters">
          <X className="size-3.5" aria-hidden="true" /> Clear
        </Button>
      )}
      <ViewMenu />
    </div>
  );
}

function toggled(before: SessionsSearch['status'], status: (typeof statuses)[number], on: boolean): SessionsSearch['status'] | undefined {
  const next = statuses.filter((each) => (each === status ? on : before?.includes(each)));
  return next.length > 0 ? next : undefined;
}

function NeedsYou({ on, toggle }: { on: boolean; toggle: () => void }) {
  const needing = useFleetValue((fleet) => (fleet ? needingIn(fleet) : 0));
  return (
    <Button
      aria-pressed={on} onClick={toggle} data-testid="need-you"
      className={on ? 'border-accent/50 bg-accent-soft!' : needing === 0 ? 'font-normal text-quiet' : ''}
    >
      <CircleAlert className={`size-3.5 ${needing > 0 ? 'text-waiting' : ''}`} aria-hidden="true" />
      <span className="tabular-nums">{needing} {needing === 1 ? 'needs' : 'need'} you</span>
    </Button>
  );
}

const ANY = '';

/** The values there are, counted while the menu is open. */
function Places({ by, chosen, choose }: { by: Place; chosen: string | undefined; choose: (value: string | undefined) => void }) {
  const text = useFleetValue((fleet) => JSON.stringify(counted(fleet ? sessionsOf(fleet) : [], by, chosen)));
  const found = JSON.parse(text) as [string, number][];
  return (
    <>
      <MenuLabel>{found.length === 0 ? 'None is known yet' : 'Of the live sessions'}</MenuLabel>
      <MenuChoice
        value={chosen ?? ANY} onChange={(value) => choose(value === ANY ? undefined : value)}
        options={[
          { value: ANY, label: 'Any' },
          ...found.map(([value, count]) => ({
            value,
            label: <><span className="truncate">{value}</span><span className="ml-auto pl-3 text-quiet tabular-nums">{count}</span></>,
          })),
        ]}
      />
    </>
  );
}

function counted(sessions: readonly SessionView[], by: Place, chosen: string | undefined): [string, number][] {
  const counts = new Map<string, number>(chosen === undefined ? [] : [[chosen, 0]]);
  for (const session of sessions) {
    const value = session[by];
    if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts].sort(([a], [b]) => a.localeCompare(b));
}
