import { CircleAlert, X } from 'lucide-react';
import { needingIn, useFleetValue } from '../../data';
import { Button } from '../../design/Button';
import { MenuCheck } from '../../design/Menu';
import { FilterMenu } from './FilterMenu';
import { everything, isFiltered, statuses, type SessionsSearch } from './search';
import { PlaceFilter, type Place } from './PlaceFilter';
import { SearchField } from './SearchField';
import { SortSelect } from './SortSelect';
import { ViewMenu } from './ViewMenu';

const places: readonly { by: Place; name: string }[] = [
  { by: 'project', name: 'Project' }, { by: 'agent', name: 'Agent' }, { by: 'host', name: 'Host' },
];

/** Search, filters, columns. All it chooses stands in the address. */
export function Toolbar({ search, change }: { search: SessionsSearch; change: (by: SessionsSearch) => void }) {
  const ended = search.tab === 'ended';
  return (
    <div role="group" aria-label="Filters" className="flex shrink-0 flex-wrap items-start gap-1.5 border-b border-line px-4 py-2 sm:px-5">
      <SearchField value={search.q ?? ''} onChange={(q) => change({ q: q === '' ? undefined : q })} />
      <div className="-m-1 flex min-w-0 grow basis-80 items-center gap-1.5 p-1 max-sm:overflow-x-auto max-sm:[scrollbar-width:none] sm:flex-wrap">
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
          <PlaceFilter key={by} by={by} name={name} chosen={search[by]} choose={(value) => change({ [by]: value })} />
        ))}
        {!ended && <SortSelect sort={search.sort} onSort={(sort) => change({ sort })} />}
        {isFiltered(search) && (
          <Button look="bare" onClick={() => change(everything)} data-testid="clear-filters">
            <X className="size-3.5" aria-hidden="true" /> Clear
          </Button>
        )}
        <ViewMenu />
      </div>
    </div>
  );
}

function toggled(before: SessionsSearch['status'], status: (typeof statuses)[number], on: boolean): SessionsSearch['status'] | undefined {
  const next = statuses.filter((each) => (each === status ? on : before?.includes(each)));
  return next.length > 0 ? next : undefined;
}

function NeedsYou({ on, toggle }: { on: boolean; toggle: () => void }) {
  const needing = useFleetValue(needingIn) ?? 0;
  return (
    <Button
      aria-pressed={on} onClick={toggle} data-testid="need-you"
      className={on ? 'border-accent/50! bg-accent-soft!' : needing === 0 ? 'font-normal text-quiet' : ''}
    >
      <CircleAlert className={`size-3.5 ${needing > 0 ? 'text-waiting' : ''}`} aria-hidden="true" />
      <span className="tabular-nums">{needing} {needing === 1 ? 'needs' : 'need'} you</span>
    </Button>
  );
}
