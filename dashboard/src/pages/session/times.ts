/** 09:41 */
export const clockTime = (time: string): string => new Date(time).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });

/** 09:41:07 */
export const exactTime = (time: string): string =>
  new Date(time).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit' });

export const fullTime = (time: string): string => new Date(time).toLocaleString();

/** Today, Yesterday, Monday 14 September */
export function dayOf(time: string, now = new Date()): string {
  const day = new Date(time);
  const ago = Math.round((midnight(now) - midnight(day)) / 86_400_000);
  if (ago === 0) return 'Today';
  if (ago === 1) return 'Yesterday';
  return day.toLocaleDateString([], {
    weekday: 'long', day: 'numeric', month: 'long', ...(day.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' }),
  });
}

const midnight = (day: Date): number => new Date(day.getFullYear(), day.getMonth(), day.getDate()).getTime();
