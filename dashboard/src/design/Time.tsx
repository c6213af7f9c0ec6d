import { useClock } from './clock';
import { ago, duration, since } from './format';

const local = (time: string): string => new Date(time).toLocaleString();

/** A time that ticks by itself: "3m ago", or, as a span, "3m". */
export function RelativeTime({ time, span = false }: { time: string; span?: boolean }) {
  const words = useClock((now) => (span ? since(time, now) : ago(time, now)));
  return <time dateTime={time} title={local(time)} className="tabular-nums whitespace-nowrap">{words}</time>;
}

/** How long something has lasted, or lasted until it ended: "2h 34m". */
export function Duration({ from, to }: { from: string; to: string | null }) {
  const words = useClock((now) => duration(((to === null ? now : Date.parse(to)) - Date.parse(from)) / 1000));
  return <span title={`Since ${local(from)}`} className="tabular-nums whitespace-nowrap">{words}</span>;
}
