import { useEffect, useId, useMemo, useRef, useState, type ReactNode } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { inChosenZone, timeZone } from '../../design/timeZone';
import { colourOf, useTheme } from './colours';

export interface Line {
  name: string;
  /** The token of its colour, and the class of its swatch. */
  token: string;
  swatch: string;
  /** A line is told from another by this, too. */
  dashed?: true;
  values: readonly number[];
}

const HEIGHT_PX = 180;
const clock = inChosenZone({ timeStyle: 'short' });
const exactClock = inChosenZone({ timeStyle: 'medium' });
/** Where the marks are less than a minute apart, they tell seconds. */
const axisClock = ([first = 0, second = Infinity]: readonly number[]): typeof clock => (second - first < 60 ? exactClock : clock);
const timeOf = (seconds: number): string => exactClock(seconds * 1000);

interface Props {
  title: string;
  /** What its figures are: "sessions", "a minute". */
  unit: string;
  /** In seconds, ascending. */
  times: readonly number[];
  lines: readonly Line[];
  /** One upon the other, the first at the bottom. */
  stacked?: boolean;
  format: (value: number) => string;
  /** Somebody chose a moment, in milliseconds. */
  onPick?: (time: number) => void;
  children?: ReactNode;
}

/** Figures over time: drawn, with a legend that tells those under the pointer, and as a table for those who cannot see it. */
export function Chart({ title, unit, times, lines, stacked = false, format, onPick, children }: Props) {
  const [at, setAt] = useState<number | null>(null);
  const id = useId();
  const shown = at !== null && at < times.length ? at : times.length - 1;
  const told = times[shown];
  return (
    <figure aria-labelledby={id} className="min-w-0 rounded-xl border border-line bg-surface p-4 pb-2" data-testid="chart">
      <figcaption className="flex flex-wrap items-baseline gap-x-2">
        <h2 id={id} className="font-semibold">{title}</h2>
        <span className="text-xs text-quiet">{unit}</span>
        <span className="ml-auto text-xs text-quiet tabular-nums">{told === undefined ? '' : at === null ? 'Now' : timeOf(told)}</span>
      </figcaption>
      <dl className="mt-1.5 flex flex-wrap gap-x-4 gap-y-0.5 text-xs" data-testid="legend">
        {lines.map(({ name, swatch, dashed, values }) => (
          <div key={name} className="flex items-center gap-1.5">
            <dt className="flex items-center gap-1.5 text-quiet">
              <span className={`${stacked ? 'size-2.5 rounded-sm' : dashed ? 'h-0 w-3.5 border-t-2 border-dotted border-edge' : 'h-0.5 w-3.5 rounded'} ${dashed ? '' : swatch}`} aria-hidden="true" />
              {name}
            </dt>
            <dd className="font-medium tabular-nums">{values[shown] === undefined ? '—' : format(values[shown])}</dd>
          </div>
        ))}
      </dl>
      {times.length > 1
        ? <Plot times={times} lines={lines} stacked={stacked} format={format} onCursor={setAt} {...(onPick ? { onPick } : {})} />
        : <p className="flex items-center justify-center text-quiet" style={{ height: HEIGHT_PX }}>{children ?? 'Nothing to draw yet.'}</p>}
      <AsTable title={title} times={times} lines={lines} format={format} />
    </figure>
  );
}

function Plot({ times, lines, stacked, format, onPick, onCursor }: Pick<Props, 'times' | 'lines' | 'format' | 'onPick'> & {
  stacked: boolean; onCursor: (at: number | null) => void;
}) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const theme = useTheme();
  const zone = timeZone.use();
  const data = useMemo(() => drawn(times, lines, stacked), [times, lines, stacked]);
  const latest = useRef({ data, lines, format, onPick, onCursor });
  latest.current = { data, lines, format, onPick, onCursor };
  const names = lines.map(({ name }) => name).join();

  // biome-ignore lint/correctness/useExhaustiveDependencies: `names`, `theme` and `zone` say when it must be made anew; it reads the rest from `latest`.
  useEffect(() => {
    const target = place.current!;
    const { lines: drawnLines, data: begun } = latest.current;
    const [quiet, rule, surface] = [colourOf('--color-quiet'), colourOf('--color-line'), colourOf('--color-surface')];
    const font = `11px ${getComputedStyle(target).fontFamily}`;
    const made = new uPlot({
      width: target.offsetWidth,
      height: HEIGHT_PX,
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
      scales: { y: { range: (_, __, most) => [0, Math.max(most * 1.1, stacked ? 4 : 0.01)] } },
      axes: [
        { stroke: quiet, font, grid: { show: false }, ticks: { show: false }, size: 28, space: 90, values: (_, splits) => splits.map((split) => axisClock(splits)(split * 1000)) },
        {
          stroke: quiet, font, grid: { stroke: rule, width: 1 }, ticks: { show: false }, size: 52, space: 36,
          ...(stacked ? { incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000] } : {}),
          values: (_, splits) => splits.map((split) => latest.current.format(split)),
        },
      ],
      series: [
        {},
        // Drawn from the top of the stack downwards, each over the one before.
        ...order(drawnLines, stacked).map(({ token, dashed }) => {
          const colour = colourOf(token);
          return {
            stroke: stacked ? surface : colour, width: stacked ? 1 : 1.75, points: { show: false },
            ...(stacked ? { fill: colour, paths: uPlot.paths.stepped!({ align: -1 }) } : dashed ? { dash: [2, 4] } : { fill: faint(colour) }),
          };
        }),
      ],
      hooks: { setCursor: [({ cursor }) => latest.current.onCursor(cursor.idx ?? null)] },
    }, begun, target);
    plot.current = made;
    const width = new ResizeObserver(() => made.setSize({ width: target.offsetWidth, height: HEIGHT_PX }));
    width.observe(target);
    return () => {
      width.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [theme, zone, stacked, names]);

  useEffect(() => plot.current?.setData(data), [data]);

  const pick = (): void => {
    const index = plot.current?.cursor.idx;
    const time = index === null || index === undefined ? undefined : times[index];
    if (time !== undefined) onPick?.(time * 1000);
  };
  return (
    <div
      ref={place} className={`mt-1 -ml-1 overflow-hidden ${onPick ? 'cursor-pointer' : ''}`} style={{ height: HEIGHT_PX }}
      onClick={pick} title={onPick ? 'Click: the fleet as it was then' : undefined} data-testid="plot" aria-hidden="true"
    />
  );
}

const order = (lines: readonly Line[], stacked: boolean): readonly Line[] => (stacked ? lines.toReversed() : lines);
const faint = (colour: string): string => colour.replace(/^rgb\((.*)\)$/, 'rgba($1, 0.1)');

function drawn(times: readonly number[], lines: readonly Line[], stacked: boolean): uPlot.AlignedData {
  const values = lines.map((line) => [...line.values]);
  if (stacked) for (let line = 1; line < values.length; line++) values[line] = values[line]!.map((value, at) => value + values[line - 1]![at]!);
  return [[...times], ...(stacked ? values.toReversed() : values)];
}

/** The same, to be read. Only there when somebody opens it. */
function AsTable({ title, times, lines, format }: Pick<Props, 'title' | 'times' | 'lines' | 'format'>) {
  const [open, setOpen] = useState(false);
  return (
    <details className="text-xs" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="w-fit rounded py-1 text-quiet hover:text-ink">As a table</summary>
      {open && (
        <div className="focus-inside max-h-56 overflow-auto" tabIndex={0} role="region" aria-label={`${title}, as a table`}>
          <table className="w-full text-right tabular-nums">
            <thead className="sticky top-0 bg-surface text-quiet">
              <tr>
                <th scope="col" className="py-1 text-left font-medium">Until</th>
                {lines.map(({ name }) => <th key={name} scope="col" className="font-medium">{name}</th>)}
              </tr>
            </thead>
            <tbody>
              {times.map((time, at) => (
                <tr key={time} className="border-t border-line">
                  <th scope="row" className="py-0.5 text-left font-normal">{timeOf(time)}</th>
                  {lines.map(({ name, values }) => <td key={name}>{format(values[at] ?? 0)}</td>)}
                </tr>
              )).toReversed()}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}
