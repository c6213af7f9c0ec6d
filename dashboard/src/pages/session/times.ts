const minutes = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const seconds = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });

/** 09:41: of the same width everywhere, as times stand below each other. */
export const clockTime = (time: string | number): string => minutes.format(new Date(time));

/** 09:41:07 */
export const exactTime = (time: string | number): string => seconds.format(new Date(time));

export const fullTime = (time: string | number): string => new Date(time).toLocaleString();

/** Today, Yesterday, Monday 14 September */
export function dayOf(time: string, now = new Date()): string {
  const day = new Date(time);
  const ago = Math.round((midnight(now) - midnight(day)) / 86_400_000);
  if (ago === 0) return 'Today';
  if (ago === 1) return 'Yesterday';
  return (day.getFullYear() === now.getFullYear() ? days : daysAndYears).format(day);
}

const days = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long' });
const daysAndYears = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });

const midnight = (day: Date): number => new Date(day.getFullYear(), day.getMonth(), day.getDate()).getTime();
