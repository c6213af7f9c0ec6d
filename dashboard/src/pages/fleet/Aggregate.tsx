import { Pause, Play } from 'lucide-react';
import type { ReactNode } from 'react';
import { useMetrics } from '../../data';
import { compact, dollars, duration } from '../../design/format';

/** The fleet in the seven figures of its present work period. */
export function Aggregate() {
  const metrics = useMetrics();
  const State = metrics?.is_paused ? Pause : Play;
  return (
    <dl aria-label="The present work period" data-testid="fleet-figures" className="grid grid-cols-2 gap-px overflow-hidden rounded-xl border border-line bg-line sm:grid-cols-3 xl:grid-cols-6">
      <Figure name="Cost" testId="fleet-cost" note="this work period">{metrics && dollars(metrics.estimated_cost_usd)}</Figure>
      <Figure name="Tokens in" testId="fleet-input" note="cached ones included">{metrics && compact(metrics.input_tokens)}</Figure>
      <Figure name="Tokens out" testId="fleet-output" note={metrics && `${compact(metrics.total_tokens)} in and out`}>{metrics && compact(metrics.output_tokens)}</Figure>
      <Figure name="Tasks running" testId="fleet-tasks" note={metrics && (metrics.tasks_running === 0 ? 'nothing to do' : 'at this moment')}>{metrics?.tasks_running}</Figure>
      <Figure name="Duration" testId="fleet-duration" note="of this work period">{metrics && duration(metrics.duration_seconds)}</Figure>
      <Figure name="State" testId="fleet-state" note={metrics && (metrics.is_paused ? 'every task waits' : 'tasks may run')}>
        {metrics && <span className="flex items-center gap-2"><State className="size-5" aria-hidden="true" />{metrics.is_paused ? 'Paused' : 'Running'}</span>}
      </Figure>
    </dl>
  );
}

function Figure({ name, note, testId, children }: { name: string; note: string | null; testId: string; children: ReactNode }) {
  return (
    <div className="bg-surface px-4 py-3">
      <dt className="text-xs text-quiet">{name}</dt>
      <dd>
        <span data-testid={testId} className="block h-8 text-2xl leading-8 font-semibold tracking-tight tabular-nums">{children ?? '—'}</span>
        <span className="text-2xs text-quiet">{note ?? 'not known yet'}</span>
      </dd>
    </div>
  );
}
