import { ArrowDown, ArrowUp } from 'lucide-react';
import type { Column } from './columns';
import type { SessionsSearch } from './search';

type Sort = SessionsSearch['sort'];

/** One click sorts, another turns round, a third goes back to those that need a person first. */
function nextSort({ id, greatestFirst }: Column, sort: Sort): Sort {
  const [first, then] = greatestFirst ? ([`-${id}`, id] as const) : ([id, `-${id}`] as const);
  return sort === first ? then : sort === then ? undefined : first;
}

export function TableHead({ columns, sort, onSort, hidden }: {
  columns: readonly Column[]; sort: Sort; onSort: ((sort: Sort) => void) | null; hidden: boolean;
}) {
  if (hidden) {
    return (
      <div role="rowgroup" className="sr-only">
        <div role="row" aria-rowindex={1}><span role="columnheader">Session</span></div>
      </div>
    );
  }
  return (
    <div role="rowgroup" className="sticky top-0 z-10">
      <div
        role="row" aria-rowindex={1}
        className="grid h-8 grid-cols-(--columns) items-center gap-x-3 border-b border-line bg-surface px-4 text-xs text-quiet sm:px-5"
      >
        {columns.map((column) => {
          const way = sort === column.id ? 'ascending' : sort === `-${column.id}` ? 'descending' : 'none';
          const Arrow = way === 'ascending' ? ArrowUp : ArrowDown;
          return (
            <div key={column.id} role="columnheader" aria-sort={way} className={`flex min-w-0 ${column.right ? 'justify-end' : ''}`}>
              {onSort === null ? column.name : (
                <button
                  type="button" onClick={() => onSort(nextSort(column, sort))}
                  className={`group focus-inside flex h-6 items-center gap-0.5 rounded font-medium whitespace-nowrap hover:text-ink ${way === 'none' ? '' : 'text-ink'}`}
                >
                  {column.name}
                  {way !== 'none' && <Arrow className="size-3" aria-hidden="true" />}
                </button>
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}
