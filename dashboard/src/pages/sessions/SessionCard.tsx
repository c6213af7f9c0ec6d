import { memo } from 'react';
import { badgeOf, type SessionView } from '../../data';
import { dollars } from '../../design/format';
import { StatusBadge } from '../../design/StatusBadge';
import { RelativeTime } from '../../design/Time';
import { plain } from '../../plainText';
import { lastHeard, pathOf, placeOf, titleOf } from '../../session';
import { Activity } from './Activity';
import { Marks } from './columns';

/** A session where there is no room for a table. */
export const SessionCard = memo(function SessionCard({ session }: { session: SessionView }) {
  window.rollcallRowRendered?.(session.id);
  const badge = badgeOf(session);
  const doesSomething = badge === 'working' ? session.tasks_running > 0 : badge !== null;
  const facts = [placeOf(session), session.agent, session.host].filter((fact) => fact !== null);
  return (
    <div role="gridcell" className="flex h-full flex-col justify-center gap-1 px-4">
      <div className="flex items-center gap-2">
        <a href={pathOf(session)} tabIndex={-1} className="truncate font-medium">{titleOf(session)}</a>
        <Marks session={session} />
        <span className="ml-auto shrink-0"><StatusBadge session={session} /></span>
      </div>
      <div className="flex items-center gap-2 text-xs text-quiet">
        <span className="truncate">{plain(facts.join(' · '))}</span>
        <span className="ml-auto shrink-0 tabular-nums">
          {session.usage.cost_usd !== null && <span data-testid="row-cost">{dollars(session.usage.cost_usd)} · </span>}
          <RelativeTime time={lastHeard(session)} />
        </span>
      </div>
      {doesSomething && <Activity session={session} lines={1} />}
    </div>
  );
});
