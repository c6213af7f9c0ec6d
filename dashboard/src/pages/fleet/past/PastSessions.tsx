import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useRef, useState } from 'react';
import { badgeOf, type SessionView } from '../../../data';
import { compact, dollars, duration, since } from '../../../design/format';
import { StatusBadge } from '../../../design/StatusBadge';
import { EmptyState } from '../../../design/Surfaces';
import { Ordering } from '../../../ordering';
import { plain } from '../../../plainText';
import { askOf, pathOf, placeOf, titleOf } from '../../../session';
import { byAttention } from '../../sessions/view';

const ROW_PX = 48;
const live = ({ status }: SessionView): boolean => status !== 'terminated';

/** The sessions as they were, those that needed a person on top. Only those that can be seen are in the document. */
export function PastSessions({ sessions, moment }: { sessions: readonly SessionView[]; moment: number }) {
  const [ordering] = useState(() => new Ordering());
  const ordered = ordering.update(sessions, byAttention, live);
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: ordered.length, getScrollElement: () => scroller.current, estimateSize: () => ROW_PX, overscan: 6, useFlushSync: false,
  });
  return (
    <div ref={scroller} className="focus-inside min-h-48 grow overflow-y-auto border-t border-line" tabIndex={0} role="region" aria-label="Sessions at that moment" data-testid="past-list">
      {ordered.length === 0 && <EmptyState title="No session was live">Nothing ran at that moment.</EmptyState>}
      <ul className="relative" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index, start, size }) => {
          const session = ordered[index];
          return session && (
            <li
              key={session.id} data-past-session={session.id} data-status={session.status} aria-setsize={ordered.length} aria-posinset={index + 1}
              className="absolute inset-x-0 top-0 border-b border-line px-4 contain-strict sm:px-6" style={{ height: size, transform: `translateY(${start}px)` }}
            >
              <Row session={session} age={duration((moment - Date.parse(session.created_at)) / 1000)} waited={session.waiting_since && since(session.waiting_since, moment)} />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

/** Rendered again only when the session, or a word for how long, is another. */
const Row = memo(function Row({ session, age, waited }: { session: SessionView; age: string; waited: string | null }) {
  const badge = badgeOf(session);
  const said = plain(badge === 'waiting' ? [`${askOf(session).long}, for ${waited}`, session.waiting_text].filter((part) => part !== null).join(': ')
    : badge === 'error' ? (session.error_message ?? 'Failed') : '');
  const facts = plain([placeOf(session), session.agent, session.host].filter((fact) => fact !== null).join(' · '));
  return (
    <div className="grid h-full grid-cols-[5.5rem_minmax(0,1fr)_4.25rem] items-center gap-x-3 md:grid-cols-[5.5rem_minmax(0,1fr)_minmax(0,1.2fr)_4rem_4rem_4.25rem]">
      <StatusBadge session={session} />
      <div className="min-w-0">
        <a href={pathOf(session)} className="block truncate font-medium hover:underline">{titleOf(session)}</a>
        <span className="block truncate text-xs text-quiet max-md:hidden">{facts}</span>
        <span className="block truncate text-xs text-quiet md:hidden">{said || facts}</span>
      </div>
      <span className="truncate text-quiet max-md:hidden">{said}</span>
      <span className="text-right tabular-nums max-md:hidden">{session.usage.total_tokens === 0 ? '—' : compact(session.usage.total_tokens)}</span>
      <span className="text-right tabular-nums max-md:hidden">{dollars(session.usage.cost_usd)}</span>
      <span className="text-right text-quiet tabular-nums" title="It had run for so long">{age}</span>
    </div>
  );
});
