import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef } from 'react';
import { EmptyState } from '../../../design/Surfaces';
import { LogFoot, Newer, type PageLog } from '../LogFoot';
import { clockTime, dayOf } from '../times';
import { useHeld } from '../useHeld';
import { entriesOf, type Entry } from './entries';
import { EntryLine } from './EntryLine';

const LINE_PX = 32;

type Row = { kind: 'day'; key: string; day: string } | { kind: 'entry'; key: string; entry: Entry; time: string | null; last: boolean };

/** The newest on top, each day under its name; the minute is said once. */
function rowsOf(entries: readonly Entry[]): Row[] {
  const rows: Row[] = [];
  let day = '';
  let minute = '';
  entries.forEach((entry, at) => {
    const [on, next] = [dayOf(entry.time), entries[at + 1]];
    if (on !== day) rows.push({ kind: 'day', key: on, day: on });
    const time = clockTime(entry.time);
    rows.push({ kind: 'entry', key: String(entry.seq), entry, time: on === day && time === minute ? null : time, last: !next || dayOf(next.time) !== on });
    [day, minute] = [on, time];
  });
  return rows;
}

/** What happened in a session, in words, the newest on top. */
export function Timeline({ page, id }: { page: PageLog; id: string }) {
  const events = page.log?.events;
  const entries = useMemo(() => entriesOf(events ?? []).reverse(), [events]);
  const { shown, waiting, onScroll, release } = useHeld(entries, (entry) => entry.seq);
  const rows = useMemo(() => rowsOf(shown), [shown]);
  const scroller = useRef<HTMLDivElement>(null);
  const lines = useVirtualizer({
    count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => LINE_PX, getItemKey: (at) => rows[at]!.key,
    overscan: 10, useFlushSync: false,
  });
  const toTop = (): void => {
    release();
    scroller.current?.scrollTo({ top: 0 });
  };
  if (page.log !== null && entries.length === 0 && page.log.edge !== null) {
    return <EmptyState title="Nothing has happened here">The hub’s log has no event of this session any more.</EmptyState>;
  }
  return (
    <div className="relative min-h-0 grow">
      <Newer count={waiting} onShow={toTop} />
      <div
        ref={scroller} onScroll={onScroll} tabIndex={0} role="region" aria-label="Timeline" data-testid="timeline"
        className="focus-inside absolute inset-0 overflow-y-auto"
      >
        <ol className="relative mt-1 max-w-4xl" style={{ height: lines.getTotalSize() }}>
          {lines.getVirtualItems().map(({ index, start, key }) => {
            const row = rows[index];
            return row && (
              <li
                key={key} ref={lines.measureElement} data-index={index} aria-setsize={rows.length} aria-posinset={index + 1}
                className="absolute inset-x-0 top-0" style={{ transform: `translateY(${start}px)` }}
              >
                {row.kind === 'day'
                  ? <h2 className="px-4 pt-3 pb-1.5 text-xs font-semibold sm:px-5">{row.day}</h2>
                  : <EntryLine entry={row.entry} time={row.time} last={row.last} />}
              </li>
            );
          })}
        </ol>
        {page.log === null && page.trouble === null
          ? <p className="px-5 py-4 text-quiet" role="status">Reading the log…</p> : <LogFoot page={page} id={id} />}
      </div>
    </div>
  );
}
