import type { ReactNode } from 'react';
import { useConnection, useMetrics } from '@rollcall/client/react';
import type { FleetMetrics } from '@rollcall/client';
import { compact, dollars, duration } from './format';
import { PausedIcon } from './icons';

/** The whole fleet in five figures, of the present work period. */
export function AggregateBar() {
  const metrics = useMetrics();
  const old = useConnection().phase !== 'live';
  return (
    <section aria-label="Fleet" data-testid="aggregate">
      <dl
        className={`grid grid-cols-2 gap-px overflow-hidden rounded-xl border border-line bg-line md:grid-cols-5 ${old ? 'text-quiet' : ''}`}
      >
        <Figure name="Work period" testId="duration">{metrics ? duration(metrics.duration_seconds) : '—'}</Figure>
        <Figure name="Tokens in" testId="input-tokens">{metrics ? compact(metrics.input_tokens) : '—'}</Figure>
        <Figure name="Tokens out" testId="output-tokens">{metrics ? compact(metrics.output_tokens) : '—'}</Figure>
        <Figure name="Cost" testId="cost">{metrics ? dollars(metrics.estimated_cost_usd) : '—'}</Figure>
        <Figure name="Tasks running" testId="tasks">
          {metrics ? metrics.tasks_running : '—'}
          {metrics && <PausedMark metrics={metrics} />}
        </Figure>
      </dl>
    </section>
  );
}

function Figure({ name, testId, children }: { name: string; testId: string; children: ReactNode }) {
  return (
    <div className="flex flex-col gap-1 bg-surface px-4 py-3 last:max-md:col-span-2">
      <dt className="text-xs text-quiet">{name}</dt>
      <dd data-testid={testId} className="flex items-center gap-2 text-xl leading-7 font-semibold tracking-tight tabular-nums">
        {children}
      </dd>
    </div>
  );
}

function PausedMark({ metrics }: { metrics: FleetMetrics }) {
  if (!metrics.is_paused) return null;
  return (
    <span
      data-testid="fleet-paused"
      className="inline-flex items-center gap-1 rounded-full bg-raised px-2 py-0.5 text-xs font-medium tracking-normal text-quiet"
    >
      <PausedIcon /> Paused
    </span>
  );
}
