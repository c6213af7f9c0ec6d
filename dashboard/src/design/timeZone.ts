import { stored } from './stored';

/** `local` is where the browser is; otherwise `UTC` or a name such as `Europe/Berlin`. */
export type TimeZone = string;

export const LOCAL: TimeZone = 'local';

const formats = new Map<TimeZone, Intl.DateTimeFormat>();

/** Made once per zone: making one takes longer than a thousand uses. */
function formatIn(zone: TimeZone): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    formats.set(zone, (format = new Intl.DateTimeFormat(undefined, {
      year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23',
      timeZoneName: 'short', ...(zone === LOCAL ? {} : { timeZone: zone }),
    })));
  }
  return format;
}

function known(raw: unknown): TimeZone | null {
  if (raw === LOCAL) return LOCAL;
  if (typeof raw !== 'string') return null;
  try {
    formatIn(raw);
    return raw;
  } catch {
    return null;
  }
}

/** In which zone absolute times are written, everywhere on the page. */
export const timeZone = stored<TimeZone>('time-zone', LOCAL, known);

/** An absolute time with its zone: "Nov 21, 2026, 14:05:09 GMT+1". */
export const absolute = (time: string | number, zone: TimeZone): string => formatIn(zone).format(new Date(time));

/** The same as a hook: the text changes with the choice. */
export function useAbsolute(): (time: string | number) => string {
  const zone = timeZone.use();
  return (time) => absolute(time, zone);
}

export const localZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;
