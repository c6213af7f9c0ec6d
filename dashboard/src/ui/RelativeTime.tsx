import { useClock } from './clock';
import { ago, since } from './format';

/** A time that ticks by itself: "3m ago", or, as a span, "3m". */
export function RelativeTime({ time, span = false }: { time: string; span?: boolean }) {
  const words = useClock((now) => (span ? since(time, now) : ago(time, now)));
  return (
    <time dateTime={time} title={new Date(time).toLocaleString()} className="tabular-nums whitespace-nowrap">
      {words}
    </time>
  );
}
