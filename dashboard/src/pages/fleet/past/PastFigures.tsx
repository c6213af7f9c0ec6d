import { useMemo, type ReactNode } from 'react';
import type { SessionView } from '../../../data';
import { compact, dollars } from '../../../design/format';
import { countsOf, groups, looks } from '../statuses';

/** What the sessions that were live at that moment add up to. */
export function PastFigures({ sessions }: { sessions: readonly SessionView[] }) {
  const { tasks, tokens, cost } = useMemo(() => sums(sessions), [sessions]);
  const counts = countsOf(sessions);
  return (
    <dl aria-label="The sessions that were live" data-testid="past-figures" className="flex flex-wrap gap-x-6 gap-y-1">
      <Figure name="Sessions" testId="past-sessions">{compact(groups.reduce((sum, group) => sum + counts[group], 0))}</Figure>
      {groups.map((group) => (
        <Figure key={group} name={looks[group].name} swatch={looks[group].swatch} testId={`past-${group}`}>{compact(counts[group])}</Figure>
      ))}
      <Figure name="Tasks" testId="past-tasks">{compact(tasks)}</Figure>
      <Figure name="Their tokens" testId="past-tokens">{compact(tokens)}</Figure>
      <Figure name="Their cost" testId="past-cost">{dollars(cost)}</Figure>
    </dl>
  );
}

function sums(sessions: readonly SessionView[]): { tasks: number; tokens: number; cost: number | null } {
  let [tasks, tokens] = [0, 0];
  let cost: number | null = null;
  for (const { status, tasks_running, usage } of sessions) {
    if (status === 'terminated') continue;
    tasks += tasks_running;
    tokens += usage.total_tokens;
    if (usage.cost_usd !== null) cost = (cost ?? 0) + usage.cost_usd;
  }
  return { tasks, tokens, cost };
}

const Figure = ({ name, swatch, testId, children }: { name: string; swatch?: string; testId: string; children: ReactNode }) => (
  <div>
    <dt className="flex items-center gap-1.5 text-xs text-quiet">
      {swatch && <span className={`size-2 rounded-sm ${swatch}`} aria-hidden="true" />}{name}
    </dt>
    <dd data-testid={testId} className="text-lg font-semibold tracking-tight tabular-nums">{children}</dd>
  </div>
);
