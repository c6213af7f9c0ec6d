import { useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { compact, dollars } from '../../design/format';
import { inChosenZone } from '../../design/timeZone';
import { Chart } from './Chart';
import { KEPT_MS, type Point } from './history';
import type { Range } from './search';
import { groups, looks } from './statuses';
import { useHistory } from './useHistory';

/** How far back, and how long a step is: sixty to ninety steps each. */
const spans: Record<Range, { length: number; every: number }> = {
  '15m': { length: 900_000, every: 10_000 }, '1h': { length: 3_600_000, every: 60_000 }, '6h': { length: KEPT_MS, every: 300_000 },
};
const time = inChosenZone({ timeStyle: 'medium' });

/** Sessions by status, tokens and cost over the last while. */
export function Charts({ range }: { range: Range }) {
  const { history, failure, until } = useHistory();
  const { length, every } = spans[range];
  const points = useMemo(() => history?.points(until - length, until, every) ?? [], [history, until, length, every]);
  const times = useMemo(() => points.map(({ at }) => at), [points]);
  const byStatus = useMemo(() => groups.map((group) => ({ ...looks[group], values: points.map(({ counts }) => counts[group]) })), [points]);
  const rates = useMemo(() => certain(points, every), [points, every]);
  const rateTimes = useMemo(() => rates.map(({ at }) => at), [rates]);
  const tokens = useMemo(() => [
    { name: 'In', token: '--color-accent', swatch: 'bg-accent', values: rates.map(({ input }) => input) },
    { name: 'Out', token: '--color-ink', swatch: 'bg-ink', dashed: true as const, values: rates.map(({ output }) => output) },
  ], [rates]);
  const cost = useMemo(() => [
    { name: 'Cost', token: '--color-accent', swatch: 'bg-accent', values: rates.map((point) => point.cost) },
  ], [rates]);
  const navigate = useNavigate();
  const lookBack = (at: number): void => void navigate({ to: '/fleet/past', search: { at: new Date(at).toISOString() } });
  const empty = failure ?? (history ? 'Nothing has happened yet.' : 'Reading the log…');
  const begins = history && history.since > until - length ? history.since : null;

  return (
    <>
      <div className="grid gap-3 lg:grid-cols-2 2xl:grid-cols-3" data-testid="charts" data-loaded={history !== null} aria-busy={!history && !failure}>
        <div className="min-w-0 lg:col-span-2 2xl:col-span-1">
          <Chart title="Sessions" unit="by status" times={times} lines={byStatus} stacked format={whole} onPick={lookBack}>{empty}</Chart>
        </div>
        <Chart title="Tokens" unit="a minute" times={rateTimes} lines={tokens} format={compact} onPick={lookBack}>{empty}</Chart>
        <Chart title="Cost" unit="dollars a minute" times={rateTimes} lines={cost} format={dollars} onPick={lookBack}>{empty}</Chart>
      </div>
      {failure !== null && points.length > 0 && <p role="status" className="mt-2 text-xs text-error">The log could not be read again: {failure}</p>}
      {begins !== null && <p className="mt-2 text-xs text-quiet">The charts begin at {time(begins)}: that is as much of the log as they read.</p>}
    </>
  );
}

/** The step that is not over yet has seen only a part of its reports: it is left out while its rates are below the last ones. */
function certain(points: readonly Point[], every: number): readonly Point[] {
  const [before, last] = points.slice(-2);
  if (!before || !last || (last.at * 1000) % every === 0) return points;
  const mayGrow = last.input <= before.input && last.output <= before.output && last.cost <= before.cost;
  return mayGrow ? points.slice(0, -1) : points;
}

const whole = (value: number): string => compact(Math.round(value));
