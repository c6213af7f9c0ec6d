import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { wordsFor } from '../src/attention/bells';
import { faviconFor } from '../src/attention/favicon';
import { isSilent, parseChoice, type NotificationChoice } from '../src/attention/notificationChoice';
import { Notifier, type Bells } from '../src/attention/notifier';
import { Waits, type Wait } from '../src/attention/waits';
import type { SessionView } from '../src/data';
import { session } from '../../clients/typescript/tests/samples';

const at = (minute: number): string => `2026-09-14T08:${String(minute).padStart(2, '0')}:00.000Z`;
const waiting = (id: string, minute: number, over: Partial<SessionView> = {}) =>
  session(id, { status: 'waiting', waiting_for: 'permission', waiting_since: at(minute), ...over });
const failed = (id: string, minute: number, over: Partial<SessionView> = {}) =>
  session(id, { status: 'error', state: 'error', updated_at: at(minute), ...over });
const choice: NotificationChoice = {
  desktop: true, sound: true, delaySeconds: 10, muted: false, quiet: false, quietFrom: '22:00', quietTo: '07:00',
};

describe('those who wait', () => {
  const ids = (waits: readonly Wait[]) => waits.map((wait) => wait.session.id);

  it('are the waiting and the failed, the oldest first', () => {
    expect(ids(new Waits().update([session('busy'), waiting('b', 5), failed('c', 3), waiting('a', 7)]))).toEqual(['c', 'b', 'a']);
  });

  it('are the same list as long as nothing of them changed', () => {
    const [a, b] = [waiting('a', 1), failed('b', 2)];
    const waits = new Waits();
    const first = waits.update([a, b]);
    expect(waits.update([a, b, session('busy')])).toBe(first);
    const later = waits.update([a, failed('b', 9, { metadata: { seen: true } })]);
    expect(later[0]).toBe(first[0]);
    expect([later[1]!.key, later[1]!.since]).toEqual([first[1]!.key, at(2)]);
  });

  it('begin another wait with what is asked next, and after they went on', () => {
    const waits = new Waits();
    const [first] = waits.update([waiting('a', 1)]);
    const [next] = waits.update([waiting('a', 2)]);
    expect(next!.key).not.toBe(first!.key);
    waits.update([session('a')]);
    expect(waits.update([failed('a', 3)])[0]!.since).toBe(at(3));
  });
});

describe('a notifier', () => {
  let told: string[];
  let closed: string[];
  let chimes: number;
  let looked: string | null;
  let leads: boolean;
  let now: NotificationChoice;
  let notifier: Notifier;
  const waits = new Waits();
  const hear = (...sessions: SessionView[]) => notifier.hear(waits.update(sessions));
  const after = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1_000);

  beforeEach(() => {
    vi.useFakeTimers({ now: new Date(2026, 8, 14, 12, 0) });
    [told, closed, chimes, looked, leads, now] = [[], [], 0, null, true, choice];
    const bells: Bells = {
      show: ({ session: { id } }) => {
        told.push(id);
        return () => closed.push(id);
      },
      chime: () => { chimes += 1; },
      isLookedAt: async (id) => looked === id,
      leads: () => leads,
    };
    notifier = new Notifier(bells, () => now);
    hear(waiting('old', 1));
  });
  afterEach(() => void vi.useRealTimers());

  it('tells after the delay, once, and nothing of those who waited before it came', async () => {
    hear(waiting('old', 1), waiting('a', 2));
    await after(9.9);
    expect(told).toEqual([]);
    hear(waiting('old', 1), waiting('a', 2, { metadata: { more: 1 } }));
    await after(60);
    expect(told).toEqual(['a']);
    hear(waiting('old', 1));
    expect(closed).toEqual(['a']);
  });

  it('says nothing of who is answered by then', async () => {
    hear(waiting('a', 2));
    await after(5);
    hear(session('a'));
    await after(60);
    expect(told).toEqual([]);
  });

  it('tells of each wait of a session', async () => {
    hear(waiting('a', 2));
    await after(10);
    hear(waiting('a', 3));
    expect(closed).toEqual(['a']);
    await after(10);
    expect(told).toEqual(['a', 'a']);
  });

  it('says nothing of what is looked at, where another tab tells, and in silence', async () => {
    looked = 'a';
    hear(waiting('a', 2));
    await after(10);
    leads = false;
    hear(waiting('a', 2), waiting('b', 3));
    await after(10);
    leads = true;
    now = { ...choice, muted: true };
    hear(waiting('a', 2), waiting('b', 3), waiting('c', 4));
    await after(10);
    expect([told, chimes]).toEqual([[], 0]);
  });

  it('rings once for several, and closes everything when it stops', async () => {
    hear(waiting('a', 2), waiting('b', 2), failed('c', 2));
    await after(10);
    expect([told, chimes]).toEqual([['a', 'b', 'c'], 1]);
    notifier.stop();
    expect(closed).toEqual(['a', 'b', 'c']);
  });
});

describe('the choice', () => {
  it('of quiet hours may go past midnight', () => {
    const silentAt = (hour: number, minute: number, by: Partial<NotificationChoice> = {}) =>
      isSilent({ ...choice, quiet: true, ...by }, new Date(2026, 8, 14, hour, minute));
    expect([silentAt(21, 59), silentAt(22, 0), silentAt(3, 0), silentAt(6, 59), silentAt(7, 0)]).toEqual([false, true, true, true, false]);
    const noon = { quietFrom: '12:00', quietTo: '13:30' };
    expect([silentAt(11, 59, noon), silentAt(13, 29, noon), silentAt(13, 30, noon)]).toEqual([false, true, false]);
    expect(silentAt(23, 0, { quiet: false })).toBe(false);
    expect(silentAt(12, 0, { quiet: false, muted: true })).toBe(true);
  });

  it('keeps of what was stored what it can read, and nothing is on by accident', () => {
    expect(parseChoice({ desktop: 'yes', sound: true, delaySeconds: -1, quietFrom: '25:00', quietTo: '06:30' })).toEqual({
      desktop: false, sound: true, delaySeconds: 10, muted: false, quiet: false, quietFrom: '22:00', quietTo: '06:30',
    });
    expect(parseChoice('loud')).toBeNull();
  });
});

it('draws the count into the icon, up to nine', () => {
  expect(faviconFor(0)).toBe('/favicon.svg');
  expect(decodeURIComponent(faviconFor(3))).toContain('>3</text>');
  expect(decodeURIComponent(faviconFor(12))).toContain('>9+</text>');
});

it('notifies in words that read as what they are', () => {
  const [wait] = new Waits().update([waiting('a', 1, { name: 'te\u202exts', waiting_text: 'Bash: rm -rf \u202edlrow olleh\u202c \u001b[31mx' })]);
  expect(wordsFor(wait!)).toEqual({ title: 'texts: asks for permission', body: 'Bash: rm -rf dlrow olleh x' });
});
