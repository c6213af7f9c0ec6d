const compactNumber = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });

/** 950, 12.4K, 1.23M */
export const compact = (count: number): string => compactNumber.format(count);

/** Dollars; a dash when unknown, and never $0.00 for something that is not nothing. */
export function dollars(amount: number | null): string {
  if (amount === null) return '—';
  if (amount > 0 && amount < 0.01) return '<$0.01';
  return `$${amount.toFixed(2)}`;
}

/** The two largest units: 42s, 3m 05s, 2h 34m, 4d 1h */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [days, hours, minutes] = [Math.floor(whole / 86_400), Math.floor(whole / 3_600) % 24, Math.floor(whole / 60) % 60];
  if (days > 0) return `${days}d ${hours}h`;
  if (hours > 0) return `${hours}h ${minutes}m`;
  return minutes > 0 ? `${minutes}m ${whole % 60}s` : `${whole}s`;
}

/** How long ago, in one unit. A little ahead of this clock is "now". */
export function ago(time: string, now: number): string {
  const seconds = Math.floor((now - Date.parse(time)) / 1000);
  return seconds < 2 ? 'now' : `${largestUnit(seconds)} ago`;
}

export const since = (time: string, now: number): string =>
  largestUnit(Math.max(0, Math.floor((now - Date.parse(time)) / 1000)));

function largestUnit(seconds: number): string {
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3_600)}h` : `${Math.floor(seconds / 86_400)}d`;
}

/** The last folder of a path, of either kind. */
export const lastFolder = (path: string): string => path.split(/[\\/]/).filter(Boolean).at(-1) ?? path;
