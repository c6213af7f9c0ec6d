import { useMemo } from 'react';
import type { SessionView } from '../../../data';
import { useClock } from '../../../design/clock';
import { compact, dollars } from '../../../design/format';
import { EmptyState } from '../../../design/Surfaces';
import { LogFoot, type PageLog } from '../LogFoot';
import { fullTime } from '../times';
import { Chart, type Point } from './Chart';
import { thinned, usageOver, type Used } from './series';

/** The chart's end moves by this, while the session lives. */
const STEP_MS = 10_000;
const exact = (count: number): string => count.toLocaleString('en');

/** Tokens and cost as they grew, and the same as a table. */
export function Usage({ page, session }: { page: PageLog; session: SessionView }) {
  const events = page.log?.events;
  const points = useMemo(() => thinned(usageOver(events ?? [])), [events]);
  const now = useClock((time) => Math.ceil(time / STEP_MS) * STEP_MS);
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || points.length < 2) {
    return page.log?.edge === null
      ? <LogFoot page={page} id={session.id} />
      : <EmptyState title="It has reported no usage">Tokens and cost come with OpenTelemetry, or are reported by the agent itself.</EmptyState>;
  }
  const until = Math.max(last.at, session.ended_at === null ? now : Date.parse(session.ended_at));
  const of = (read: (used: Used) => number | null): Point[] => points.flatMap((used) => {
    const value = read(used);
    return value === null ? [] : [{ at: used.at, value }];
  });
  const cost = of((used) => used.cost);
  const { cache_read_tokens, cache_write_tokens, cost_source } = session.usage;
  return (
    <div className="min-h-0 grow overflow-y-auto pt-4" tabIndex={0} role="region" aria-label="Usage" data-testid="usage-panel">
      <div className="grid max-w-6xl px-4 sm:px-5 gap-x-8 gap-y-6 md:grid-cols-2 xl:grid-cols-3">
        <Chart name="Tokens in" points={of((used) => used.input)} from={first.at} until={until} format={compact} />
        <Chart name="Tokens out" points={of((used) => used.output)} from={first.at} until={until} format={compact} />
        {cost.length > 0
          ? <Chart name="Cost" points={cost} from={first.at} until={until} format={dollars} />
          : <p className="text-quiet">What it cost is not known: nobody reported it, and the model’s price is unknown.</p>}
      </div>
      <p className="mt-4 max-w-3xl px-4 text-xs text-quiet sm:px-5">
        Of the tokens in, {exact(cache_read_tokens)} were read from a cache and {exact(cache_write_tokens)} written to one.
        {' '}{costs[cost_source] ?? ''}
      </p>
      <UsageTable points={points} />
      <LogFoot page={page} id={session.id} />
    </div>
  );
}

const costs: Record<string, string> = {
  reported: 'The cost is what the agent reported.',
  computed: 'The cost is computed from the model’s price.',
  mixed: 'The cost is partly reported by the agent, partly computed from the model’s price.',
};

/** The same points as the charts have, the latest on top. */
const UsageTable = ({ points }: { points: readonly Used[] }) => (
  <details className="mt-4 max-w-3xl px-4 sm:px-5">
    <summary className="w-fit rounded font-medium text-quiet hover:text-ink">As a table</summary>
    <table className="mt-2 w-full text-right tabular-nums" data-testid="usage-table">
      <thead className="text-xs text-quiet">
        <tr className="h-8 border-b border-line">
          <th scope="col" className="text-left font-medium">By</th>
          <th scope="col" className="font-medium">Tokens in</th>
          <th scope="col" className="font-medium">Tokens out</th>
          <th scope="col" className="font-medium">Cost</th>
        </tr>
      </thead>
      <tbody>
        {[...points].reverse().map(({ at, input, output, cost }, index) => (
          <tr key={index} className="h-7 border-b border-line">
            <td className="text-left text-quiet">{fullTime(at)}</td>
            <td>{exact(input)}</td>
            <td>{exact(output)}</td>
            <td>{dollars(cost)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </details>
);
