import type { SessionCountEvent } from '../data';

/** "2 sessions created", "Total: 5". */
export function wordsOf({ event_type, delta, current_count }: SessionCountEvent): { title: string; total: string } {
  const what = delta === 1 ? '1 session' : `${delta} sessions`;
  return { title: `${what} ${event_type === 'session_created' ? 'created' : 'ended'}`, total: `Total: ${current_count}` };
}

/**
 * What was pushed since: those before the one that was the newest. A snapshot brings other objects and invents nothing new.
 * Both lists have the newest first.
 */
export function pushedSince(before: readonly SessionCountEvent[], now: readonly SessionCountEvent[]): SessionCountEvent[] {
  const [newest] = before;
  const at = newest === undefined ? now.length : now.indexOf(newest);
  return now.slice(0, Math.max(0, at)).reverse();
}
