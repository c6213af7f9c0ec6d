import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useAlerts, useHub } from '../../data';
import { Button } from '../../design/Button';
import { Refused } from '../../design/Refused';
import { EmptyState } from '../../design/Surfaces';
import { AlertRow } from './AlertRow';
import { Filters } from './Filters';
import { isFiltered, keepFor, type AlertsSearch } from './search';

const PAGE = 50;

/** Every alert of the log, the latest first. Asked for when somebody looks, and again when the open ones change. */
export function AlertHistory({ search, change }: { search: AlertsSearch; change: (by: AlertsSearch) => void }) {
  const { data, error, isPending, isFetchingNextPage, hasNextPage, fetchNextPage } = useHistoryPages();
  const loaded = data?.pages.flatMap((page) => page.alerts) ?? [];
  const shown = loaded.filter(keepFor(search));
  if (isPending) return <div className="grow" aria-busy="true" />;
  return (
    <>
      <Filters search={search} change={change} />
      <div className="min-h-0 grow overflow-y-auto">
        {error && <div className="px-4 pt-3 sm:px-5"><Refused what="The history could not be loaded." why={error} /></div>}
        <ul aria-label="Past and present alerts">
          {shown.map((alert) => <AlertRow key={alert.id} alert={alert} acknowledge={null} />)}
        </ul>
        {shown.length === 0 && !error && (
          <EmptyState title={isFiltered(search) ? 'No alert is like that' : 'There has been no alert'}>
            {isFiltered(search) && `Of the last ${loaded.length}.`}
          </EmptyState>
        )}
        {hasNextPage && (
          <div className="flex justify-center p-4">
            <Button disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>Show older ones</Button>
          </div>
        )}
      </div>
    </>
  );
}

function useHistoryPages() {
  const hub = useHub();
  const pages = useInfiniteQuery({
    queryKey: ['alerts', 'history'],
    queryFn: ({ pageParam, signal }) =>
      hub.api.alerts({ status: 'all', limit: PAGE, ...(pageParam === null ? {} : { before: pageParam }) }, { signal }),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.next_before,
    staleTime: 0, gcTime: 0, refetchOnWindowFocus: false, retry: false, structuralSharing: true,
  });
  const open = useAlerts()?.open;
  const known = useRef(open);
  const { refetch } = pages;
  useEffect(() => {
    const before = known.current;
    known.current = open;
    if (before !== undefined && before !== open) void refetch();
  }, [open, refetch]);
  return pages;
}
