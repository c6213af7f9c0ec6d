import { describe, expect, it } from 'vitest';
import { session } from '../../clients/typescript/tests/samples';
import { applyEvents, emptyFleet, replaceFleet, type FleetThen, type HubApi, type HubEvent, type SessionView } from '../src/data';
import { Past } from '../src/pages/fleet/past/past';

const BEGAN = Date.parse('2026-09-14T08:00:00.000Z');
const EVERY_MS = 1_000;
const timeOf = (seq: number): string => new Date(BEGAN + seq * EVERY_MS).toISOString();

/** A log of sessions that change in turn, and what the hub answers of it: the state is by the same fold, from the beginning. */
function logOf(length: number, oldest = 1) {
  const all = Array.from({ length }, (_, at): HubEvent => {
    const [seq, time, id] = [at + 1, timeOf(at + 1), `s${at % 5}`];
    return at < 5
      ? { event: 'session_created', payload: { seq, time, session_id: id, metadata: {}, session: session(id, { seq, created_at: time }) } }
      : { event: 'session_status', payload: { seq, time, session_id: id, status: at % 2 === 0 ? 'waiting' : 'active', previous_status: 'active', updated_at: time } };
  });
  const calls: string[] = [];
  const fold = (seq: number) => applyEvents(replaceFleet(emptyFleet, { epoch: 'e', sessions: [] }), all.slice(0, seq)).sessions;
  const hub: Pick<HubApi, 'events' | 'fleetAt'> = {
    events: async ({ after = 0, limit = 100 } = {}) => {
      calls.push('events');
      const events = all.filter(({ payload }) => payload.seq > Math.max(after, oldest - 1)).slice(0, limit);
      return { events, skipped: 0, seq: events.at(-1)?.payload.seq ?? after, head: length, pruned_to: oldest - 1, output_pruned_to: 0, epoch: 'e' };
    },
    fleetAt: async (when) => {
      calls.push('fleetAt');
      const seq = 'seq' in when ? when.seq : all.filter(({ payload }) => Date.parse(payload.time) <= Date.parse(when.time)).length;
      if (seq < oldest - 1) throw new Error('retention has removed a part of it');
      return { seq, time: 'time' in when ? when.time : timeOf(seq), epoch: 'e', by_status: {}, sessions: fold(seq) as SessionView[], fleet: {} } as unknown as FleetThen;
    },
  };
  let now = BEGAN + (length + 100) * EVERY_MS;
  const past = new Past(hub, () => now);
  const statuses = (sessions: readonly SessionView[]) => Object.fromEntries(sessions.map(({ id, status }) => [id, status]));
  return {
    past, calls, pass: (ms: number) => { now += ms; },
    shown: () => statuses(past.read().fleet!.sessions), truth: (seq: number) => statuses(fold(seq)),
  };
}

describe('the past', () => {
  it('begins with the oldest event that is kept, and at the last one', async () => {
    const { past } = logOf(50, 11);
    await past.open(null);
    expect([past.read().from, past.read().seq, past.read().moment]).toEqual([BEGAN + 11_000, 50, BEGAN + 50_000]);
  });

  it('is the same by each step as the hub says, forward and back, with one state asked for', async () => {
    const { past, calls, shown, truth } = logOf(60);
    await past.open({ seq: 20 });
    for (let seq = 20; seq < 60; seq++) {
      expect([past.read().seq, shown()]).toEqual([seq, truth(seq)]);
      await past.step(1);
    }
    for (let seq = 60; seq > 20; seq--) {
      expect([past.read().seq, shown()]).toEqual([seq, truth(seq)]);
      await past.step(-1);
    }
    expect(calls.filter((call) => call === 'fleetAt')).toHaveLength(1);
  });

  it('goes back beyond where it began, to the first event and no further', async () => {
    const { past, shown, truth } = logOf(700, 3);
    await past.open({ seq: 5 });
    for (let times = 0; times < 8; times++) await past.step(-1);
    expect(past.read().seq).toBe(2);
    expect(past.read().failure).toBeNull();
    await past.step(1);
    expect([past.read().seq, shown()]).toEqual([3, truth(3)]);
  });

  it('plays at its speed, and asks for pages but for no further state', async () => {
    const { past, calls, shown, truth } = logOf(3_000);
    await past.open({ seq: 10 });
    past.setSpeed(600);
    past.play();
    for (let frame = 0; frame < 100; frame++) {
      past.tick(40);
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    expect(past.read().moment).toBe(BEGAN + 10_000 + 100 * 40 * 600);
    expect([past.read().seq, shown()]).toEqual([2_410, truth(2_410)]);
    expect(calls.filter((call) => call === 'fleetAt')).toHaveLength(1);
    expect(calls.length).toBeLessThan(10);
  });

  it('stops where now begins', async () => {
    const { past } = logOf(20);
    await past.open({ seq: 20 });
    past.setSpeed(600);
    past.play();
    for (let frame = 0; frame < 10; frame++) past.tick(100);
    expect([past.read().playing, past.read().seq]).toEqual([false, 20]);
  });

  it('answers a seek within what was read by itself, and asks for any other', async () => {
    const { past, calls, shown, truth } = logOf(5_000);
    await past.open({ seq: 100 });
    const before = calls.length;
    await past.seek(BEGAN + 500_500);
    expect([past.read().seq, shown(), calls.length]).toEqual([500, truth(500), before]);
    await past.seek(BEGAN + 4_000_500);
    expect([past.read().seq, shown()]).toEqual([4_000, truth(4_000)]);
    await past.seek(BEGAN + 50_500);
    expect([past.read().seq, shown()]).toEqual([50, truth(50)]);
  });

  it('counts only the last of several seeks', async () => {
    const { past, calls } = logOf(5_000);
    await past.open({ seq: 100 });
    await Promise.all([3_000, 2_500, 2_000].map((second) => past.seek(BEGAN + second * 1_000)));
    expect([past.read().seq, past.read().failure]).toEqual([2_000, null]);
    expect(calls.filter((call) => call === 'fleetAt')).toHaveLength(2);
  });

  it('says so when the hub cannot tell', async () => {
    const { past } = logOf(50, 20);
    await past.open({ seq: 25 });
    await past.seek(BEGAN);
    expect(past.read().moment).toBe(BEGAN + 20_000);
    const empty = new Past({ events: () => Promise.reject(new Error('The hub does not answer')), fleetAt: () => Promise.reject(new Error('no')) });
    await empty.open(null);
    expect([empty.read().failure, empty.read().asking]).toEqual(['The hub does not answer', false]);
  });
});
