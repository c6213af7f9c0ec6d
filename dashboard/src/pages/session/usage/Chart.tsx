import { useId, useRef, useState, type PointerEvent } from 'react';
import { useWidth } from '../../sessions/useWidth';
import { clockTime, exactTime } from '../times';

export interface Point {
  at: number;
  value: number;
}

const HEIGHT = 120;
const INSET = 2;

/** Shorter than this, and the seconds matter. */
const SHORT_MS = 600_000;

interface Props {
  name: string;
  points: readonly Point[];
  from: number;
  until: number;
  format: (value: number) => string;
}

/** How much there was when: a count that grows in steps. What it says, the table says, too. */
export function Chart({ name, points, from, until, format }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const title = useId();
  const [looked, setLooked] = useState<number | null>(null);
  const [first, last] = [points[0]!, points.at(-1)!];
  const most = Math.max(last.value, Number.MIN_VALUE);
  const span = Math.max(until - from, 1);
  const time = span < SHORT_MS ? exactTime : clockTime;
  const x = (at: number): number => ((at - from) / span) * width;
  const y = (value: number): number => HEIGHT - INSET - (value / most) * (HEIGHT - 2 * INSET);
  const steps = [...points.map(({ at, value }, index) => (index === 0 ? `M${x(at)} ${y(value)}` : `H${x(at)} V${y(value)}`)), `H${width}`].join(' ');

  const look = (event: PointerEvent): void => {
    const { left } = event.currentTarget.getBoundingClientRect();
    setLooked(Math.min(until, Math.max(from, from + ((event.clientX - left) / Math.max(width, 1)) * span)));
  };
  const seen = looked === null ? last : (points.findLast((point) => point.at <= looked) ?? first);
  return (
    <figure className="min-w-0" data-testid="chart">
      <figcaption className="flex items-baseline justify-between gap-2">
        <span className="text-xs text-quiet">{name}{looked !== null && ` at ${exactTime(looked)}`}</span>
        <span className="text-base font-semibold tabular-nums">{format(seen.value)}</span>
      </figcaption>
      <div ref={box} onPointerMove={look} onPointerLeave={() => setLooked(null)} className="relative mt-1.5 touch-pan-y">
        <svg width="100%" height={HEIGHT} role="img" aria-labelledby={title} className="block overflow-visible">
          <title id={title}>{`${name}: ${format(first.value)} at ${time(first.at)}, ${format(last.value)} by now`}</title>
          {width > 0 && (
            <>
              <path d={`${steps} V${HEIGHT} H${x(first.at)} Z`} className="fill-accent-soft" />
              <path d={steps} className="fill-none stroke-accent stroke-[1.5]" strokeLinejoin="round" />
              <line x1={0} x2={width} y1={HEIGHT} y2={HEIGHT} className="stroke-line" />
              {looked !== null && (
                <>
                  <line x1={x(looked)} x2={x(looked)} y1={0} y2={HEIGHT} className="stroke-edge" strokeDasharray="2 3" />
                  <circle cx={x(looked)} cy={y(seen.value)} r={3.5} className="fill-accent" />
                </>
              )}
            </>
          )}
        </svg>
      </div>
      <div className="mt-1 flex justify-between text-2xs text-quiet tabular-nums" aria-hidden="true">
        <span>{time(from)}</span>
        <span>{time(until)}</span>
      </div>
    </figure>
  );
}
