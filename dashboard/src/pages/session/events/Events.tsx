import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState } from 'react';
import { EmptyState } from '../../../design/Surfaces';
import { seqOf, type SessionEvent } from '../log/logState';
import { LogFoot, Newer, type PageLog } from '../LogFoot';
import { useHeld } from '../useHeld';
import { RawEvent } from './RawEvent';

const LINE_PX = 32;

/** The session's log as it is on the wire, the newest on top; each event unfolds. */
export function Events({ page, id }: { page: PageLog; id: string }) {
  const events = page.log?.events;
  const newest = useMemo(() => [...(events ?? [])].reverse(), [events]);
  const { shown, waiting, onScroll, release } = useHeld<SessionEvent>(newest, seqOf);
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: shown.length, getScrollElement: () => scroller.current, estimateSize: () => LINE_PX, getItemKey: (at) => seqOf(shown[at]!),
    overscan: 10, useFlushSync: false,
  });
  const toggle = (seq: number): void => setOpen((before) => {
    const next = new Set(before);
    if (!next.delete(seq)) next.add(seq);
    return next;
  });
  const toTop = (): void => {
    release();
    scroller.current?.scrollTo({ top: 0 });
  };
  if (page.log !== null && newest.length === 0 && page.log.edge !== null) {
    return <EmptyState title="There is no event">The hub’s log has no event of this session any more.</EmptyState>;
  }
  return (
    <div className="relative min-h-0 grow">
      <Newer count={waiting} onShow={toTop} />
      <div
        ref={scroller} onScroll={onScroll} tabIndex={0} role="region" aria-label="Events" data-testid="raw-events"
        className="focus-inside absolute inset-0 overflow-y-auto"
      >
        <ul className="relative" style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index, start, key }) => shown[index] && (
            <li
              key={key} ref={rows.measureElement} data-index={index} aria-setsize={shown.length} aria-posinset={index + 1}
              className="absolute inset-x-0 top-0" style={{ transform: `translateY(${start}px)` }}
            >
              <RawEvent event={shown[index]} id={id} open={open.has(seqOf(shown[index]))} toggle={toggle} />
            </li>
          ))}
        </ul>
        <LogFoot page={page} id={id} />
      </div>
    </div>
  );
}
