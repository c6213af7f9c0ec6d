import { Pause } from 'lucide-react';
import type { ReactNode } from 'react';
import { useMetrics } from '../data';
import { compact, dollars, duration } from '../design/format';
import { Mark } from '../design/Surfaces';

/** The whole fleet in five figures, of the present work period. */
export function AggregateBar() {
  const metrics = useMetrics();
  return (
    <section
      aria-label="Fleet" data-testid="aggregate"
      className="order-last w-full overflow-x-auto pb-2 [scrollbar-width:none] min-[60rem]:order-none min-[60rem]:w-auto min-[60rem]:pb-0"
    >
      <dl className="flex items-center gap-3 sm:gap-5">
        <Figure name="Cost" testId="cost">{metrics ? dollars(metrics.estimated_cost_usd) : '—'}</Figure>
        <Figure name="In" hint="Tokens in" testId="input-tokens">{metrics ? compact(metrics.input_tokens) : '—'}</Figure>
        <Figure name="Out" hint="Tokens out" testId="output-tokens">{metrics ? compact(metrics.output_tokens) : '—'}</Figure>
        <Figure name="Tasks" hint="Tasks running" testId="tasks">{metrics ? metrics.tasks_running : '—'}</Figure>
        <Figure name="Period" hint="The present work period" testId="duration">{metrics ? duration(metrics.duration_seconds) : '—'}</Figure>
        {metrics?.is_paused && <div><dt className="sr-only">State</dt><dd><Mark data-testid="fleet-paused"><Pause className="size-3" aria-hidden="true" /> Paused</Mark></dd></div>}
      </dl>
    </section>
  );
}

function Figure({ name, hint, testId, children }: { name: string; hint?: string; testId: string; children: ReactNode }) {
  return (
    <div className="flex items-baseline gap-1 whitespace-nowrap sm:gap-1.5" title={hint}>
      <dt className="text-xs text-quiet">{name}</dt>
      <dd data-testid={testId} className="font-medium tabular-nums">{children}</dd>
    </div>
  );
}
