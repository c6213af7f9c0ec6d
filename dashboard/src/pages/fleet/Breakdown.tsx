import { memo, useMemo } from 'react';
import { sessionsOf, type SessionView } from '../../data';
import { compact, dollars } from '../../design/format';
import { Card } from '../../design/Surfaces';
import { breakdown, type Share } from './breakdown';
import { Choice } from './Choice';
import { dimensions, type Dimension } from './search';
import { groups, looks } from './statuses';
import { useCalmFleet } from './useCalmFleet';

const MOST = 10;
const nobody: readonly SessionView[] = [];

/** Who the live sessions are of, as bars. */
export function Breakdown({ by, onBy }: { by: Dimension; onBy: (by: Dimension) => void }) {
  const fleet = useCalmFleet();
  const sessions = fleet ? sessionsOf(fleet) : nobody;
  const shares = useMemo(() => breakdown(sessions, by), [sessions, by]);
  const most = shares[0]?.sessions ?? 1;
  const rest = shares.slice(MOST);
  return (
    <Card className="min-w-0 p-4">
      <div className="flex flex-wrap items-center gap-2">
        <h2 className="mr-auto font-semibold">Live sessions</h2>
        <Choice label="Live sessions by" options={dimensions} value={by} onChange={onBy} name={(each) => `By ${each}`} />
      </div>
      {sessions.length === 0 && <p className="py-6 text-quiet">No session is live.</p>}
      <ul className="mt-3 flex flex-col gap-2" data-testid="breakdown">
        {shares.slice(0, MOST).map((share) => (
          <Bar key={share.name} by={by} name={share.name} sessions={share.sessions} tokens={share.tokens} cost={share.cost} most={most} {...share.counts} />
        ))}
      </ul>
      {rest.length > 0 && (
        <p className="mt-2 text-xs text-quiet">
          And {rest.length} more with {rest.reduce((sum, { sessions: count }) => sum + count, 0)} sessions.
        </p>
      )}
    </Card>
  );
}

/** Rendered again only when one of its figures is another. */
const Bar = memo(function Bar({ by, name, sessions, tokens, cost, most, ...counts }: Omit<Share, 'counts'> & Share['counts'] & { by: Dimension; most: number }) {
  const parts = groups.filter((group) => counts[group] > 0);
  const words = parts.map((group) => `${counts[group]} ${looks[group].name.toLowerCase()}`).join(', ');
  return (
    <li data-share={name ?? ''}>
      <div className="flex items-baseline gap-2">
        <span className={`truncate font-medium ${name === null ? 'text-quiet' : ''}`}>{name ?? `No ${by}`}</span>
        <span className="truncate text-xs text-quiet">{words}</span>
        <span className="ml-auto shrink-0 text-xs text-quiet tabular-nums">{compact(tokens)} tokens · {dollars(cost)}</span>
        <span className="w-9 shrink-0 text-right font-medium tabular-nums" title="Live sessions">{compact(sessions)}</span>
      </div>
      <div className="mt-1 flex h-2 gap-px overflow-hidden rounded-full" style={{ width: `${Math.max((sessions / most) * 100, 1)}%` }} aria-hidden="true">
        {parts.map((group) => <span key={group} className={looks[group].swatch} style={{ flexGrow: counts[group] }} />)}
      </div>
    </li>
  );
});
