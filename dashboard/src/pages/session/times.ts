import { absolute, inChosenZone, timeZone } from '../../design/timeZone';

/** 09:41: of the same width everywhere, as times stand below each other. */
export const clockTime = inChosenZone({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }, 'en');

/** 09:41:07 */
export const exactTime = inChosenZone({ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }, 'en');

export const fullTime = (time: string | number): string => absolute(time, timeZone.read());

/** Today, Yesterday, Monday 14 September */
export function dayOf(time: string, now = new Date()): string {
  const [day, today] = [date(time), date(now)];
  const ago = Math.round((Date.parse(today) - Date.parse(day)) / 86_400_000);
  if (ago === 0) return 'Today';
  if (ago === 1) return 'Yesterday';
  return (day.slice(0, 4) === today.slice(0, 4) ? days : daysAndYears)(time);
}

const days = inChosenZone({ weekday: 'long', day: 'numeric', month: 'long' }, 'en-GB');
const daysAndYears = inChosenZone({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }, 'en-GB');

/** 2026-09-14 */
const date = inChosenZone({ year: 'numeric', month: '2-digit', day: '2-digit' }, 'en-CA');
