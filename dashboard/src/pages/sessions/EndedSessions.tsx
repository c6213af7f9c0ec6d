import { useMemo } from 'react';
import { Button } from '../../design/Button';
import { EmptyState } from '../../design/Surfaces';
import { useEndedPages } from './endedPages';
import { everything, isFiltered, type SessionsSearch } from './search';
import { SessionTable } from './SessionTable';

/** What ended before, from the hub's log. */
export function EndedSessions({ search, change }: { search: SessionsSearch; change: (by: SessionsSearch) => void }) {
  const ended = useEndedPages(search);
  const pages = ended.data?.pages;
  const sessions = useMemo(() => {
    // While somebody reads, another may end and push the rest one further: then it stands on two pages.
    const once = new Map((pages ?? []).flatMap((page) => page.sessions).map((session) => [session.id, session]));
    return [...once.values()];
  }, [pages]);
  const total = pages?.at(-1)?.total ?? 0;

  if (ended.isError && !pages) {
    return (
      <EmptyState title="The list could not be loaded" action={<Button onClick={() => void ended.refetch()}>Try again</Button>}>
        {ended.error.message}
      </EmptyState>
    );
  }
  if (!pages) return <div className="grow" aria-busy="true" />;
  if (sessions.length === 0) {
    return isFiltered(search)
      ? <EmptyState title="No ended session is like that" action={<Button onClick={() => change(everything)}>Show all of them</Button>} />
      : <EmptyState title="No session has ended yet">They are kept here, the latest first.</EmptyState>;
  }
  return (
    <SessionTable
      view={JSON.stringify(search)} sessions={sessions} total={total} sort={undefined} onSort={null} label="Ended sessions"
      after={(
        <div className="flex items-center gap-3 px-4 py-3 text-quiet sm:px-5">
          <span className="tabular-nums" data-testid="ended-count">{sessions.length} of {total}</span>
          {ended.hasNextPage && (
            <Button onClick={() => void ended.fetchNextPage()} disabled={ended.isFetchingNextPage}>
              {ended.isFetchNextPageError ? 'Try again' : 'Show more'}
            </Button>
          )}
        </div>
      )}
    />
  );
}
