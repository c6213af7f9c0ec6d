import { useNavigate } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, type MouseEvent, type ReactNode } from 'react';
import { badgeOf, type SessionView } from '../../data';
import { density } from '../../design/density';
import { columnChoice, shownColumns } from './columnChoice';
import { recalled, useRemembered } from './place';
import type { SessionsSearch } from './search';
import { SessionCard } from './SessionCard';
import { SessionRow } from './SessionRow';
import { TableHead } from './TableHead';
import { useRowKeys } from './useRowKeys';
import { useWidth } from './useWidth';

const CARDS_BELOW_PX = 600;
const HEAD_PX = 32;
const CARD_PX = 92;
const ROW_PX = { comfortable: 52, compact: 34 } as const;

const edge = {
  waiting: 'shadow-[inset_2px_0_0_var(--color-waiting)]', error: 'shadow-[inset_2px_0_0_var(--color-error)]', working: '', none: '',
} as const;
const rowId = (id: string): string => `row-${id}`;

/** A list of any length: only the rows that can be seen are in the document. Cards where it is narrow. */
export function SessionTable({ view, sessions, total, sort, onSort, label, after }: {
  /** Names what is listed, and in which order: who comes back to it is where they were. */
  view: string;
  sessions: readonly SessionView[];
  /** How many there are, with those that are not loaded. */
  total: number;
  sort: SessionsSearch['sort'];
  onSort: ((sort: SessionsSearch['sort']) => void) | null;
  label: string;
  /** What comes below the last row. */
  after?: ReactNode;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const width = useWidth(scroller);
  const air = density.use();
  const choice = columnChoice.use();
  const columns = useMemo(() => shownColumns(choice, width), [choice, width]);
  const cards = width > 0 && width < CARDS_BELOW_PX;
  const rowPx = cards ? CARD_PX : ROW_PX[air];
  const lines = air === 'comfortable' ? 2 : 1;

  const rows = useVirtualizer({
    count: sessions.length, getScrollElement: () => scroller.current, estimateSize: () => rowPx, overscan: 6,
    initialOffset: () => recalled(view)?.top ?? 0, scrollPaddingStart: cards ? 0 : HEAD_PX, useFlushSync: false,
  });
  const measured = useRef(rowPx);
  if (measured.current !== rowPx) {
    measured.current = rowPx;
    rows.measure();
  }

  const navigate = useNavigate();
  const open = (id: string): void => void navigate({ to: '/sessions/$id', params: { id } });
  const selected = useRowKeys(view, sessions, (at) => rows.scrollToIndex(at, { align: 'auto' }), open);
  useRemembered(view, scroller, selected);
  const onClick = (event: MouseEvent): void => {
    const row = (event.target as Element).closest<HTMLElement>('[data-session-id]');
    if (!row || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (getSelection()?.toString()) return;
    event.preventDefault();
    open(row.dataset.sessionId!);
  };

  const visible = rows.getVirtualItems();
  const isVisible = visible.some(({ index }) => sessions[index]?.id === selected);
  return (
    <div ref={scroller} data-testid="session-scroller" className="min-h-0 grow overflow-auto">
      <div
        role="grid" aria-label={label} aria-rowcount={total + 1} tabIndex={0} onClick={onClick}
        aria-activedescendant={isVisible ? rowId(selected!) : undefined}
        style={{ '--columns': columns.map((column) => column.width).join(' ') } as React.CSSProperties}
        className={`focus-inside ${cards ? '' : 'min-w-fit'}`}
      >
        <TableHead columns={columns} sort={sort} onSort={onSort} hidden={cards} />
        <div role="rowgroup" className="relative" style={{ height: rows.getTotalSize() }}>
          {visible.map(({ index, start, size }) => {
            const session = sessions[index];
            if (!session) return null;
            return (
              <div
                key={session.id} role="row" id={rowId(session.id)} aria-rowindex={index + 2} aria-selected={session.id === selected}
                data-testid="session" data-session-id={session.id} data-status={session.status}
                className={`absolute inset-x-0 top-0 cursor-default contain-strict border-b border-line hover:bg-raised/60 aria-selected:bg-accent-soft ${edge[badgeOf(session) ?? 'none']}`}
                style={{ height: size, transform: `translateY(${start}px)` }}
              >
                {cards ? <SessionCard session={session} /> : <SessionRow session={session} columns={columns} lines={lines} />}
              </div>
            );
          })}
        </div>
      </div>
      {after}
    </div>
  );
}
