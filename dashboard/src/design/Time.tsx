import { useClock } from './clock';
import { ago, duration, since } from './format';
import { useAbsolute } from './timeZone';

/** A time that ticks by itself: "3m ago", or, as a span, "3m". */
export function RelativeTime({ time, span = false }: { time: string; span?: boolean }) {
  const absolute = useAbsolute();
  const words = useClock((now) => (span ? since(time, now) : ago(time, now)));
  return <time dateTime={time} title={absolute(time)} className="tabular-nums whitespace-nowrap">{words}</time>;
}

/** A time as the clock shows it, in the zone that the reader chose. */
export function AbsoluteTime({ time }: { time: string }) {
  return <time dateTime={time} className="tabular-nums whitespace-nowrap">{useAbsolute()(time)}</time>;
}

/** How long something has lasted, or lasted until it ended: "2h 34m". */
export function Duration({ from, to }: { from: string; to: string | null }) {
  const absolute = useAbsolute();
  const words = useClock((now) => duration(((to === null ? now : Date.parse(to)) - Date.parse(from)) / 1000));
  return <span title={`Since ${absolute(from)}`} className="tabular-nums whitespace-nowrap">{words}</span>;
}
