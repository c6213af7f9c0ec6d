import { stored } from './stored';

/** `local` is where the browser is; otherwise `UTC` or a name such as `Europe/Berlin`. */
export type TimeZone = string;

export const LOCAL: TimeZone = 'local';

const zoneOf = (zone: TimeZone): Intl.DateTimeFormatOptions => (zone === LOCAL ? {} : { timeZone: zone });

/** Writes times in a way of its own, in any zone. A format is made once: making one takes longer than a thousand uses. */
function writer(options: Intl.DateTimeFormatOptions, language?: string): (time: string | number | Date, zone: TimeZone) => string {
  const formats = new Map<TimeZone, Intl.DateTimeFormat>();
  return (time, zone) => {
    let format = formats.get(zone);
    if (!format) formats.set(zone, (format = new Intl.DateTimeFormat(language, { ...options, ...zoneOf(zone) })));
    return format.format(new Date(time));
  };
}

/** An absolute time with its zone: "Nov 21, 2026, 14:05:09 GMT+1". */
export const absolute = writer({
  year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23', timeZoneName: 'short',
});

function known(raw: unknown): TimeZone | null {
  if (raw === LOCAL) return LOCAL;
  if (typeof raw !== 'string') return null;
  try {
    absolute(0, raw);
    return raw;
  } catch {
    return null;
  }
}

/** In which zone absolute times are written, everywhere on the page. */
export const timeZone = stored<TimeZone>('time-zone', LOCAL, known);

/** The same in the zone that was chosen, for a page that is rendered anew after a choice. */
export function inChosenZone(options: Intl.DateTimeFormatOptions, language?: string): (time: string | number | Date) => string {
  const write = writer(options, language);
  return (time) => write(time, timeZone.read());
}

/** `absolute` as a hook: the text changes with the choice. */
export function useAbsolute(): (time: string | number) => string {
  const zone = timeZone.use();
  return (time) => absolute(time, zone);
}

export const localZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;
