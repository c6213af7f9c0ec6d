import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { initialConnection } from '../src/live/connection.js';
import { createCache, readConnection, readFleet, readTopic } from '../src/react/cache.js';
import { event, session, status } from './samples.js';
import { watchFleet } from './watchFleet.js';
import { Wire } from './wire.js';

// What went wrong in the clients of four earlier systems; docs/defects.md lists it all.

let cache: ReturnType<typeof createCache>;
let stop: () => void;
const fetched = vi.fn();
const warned = vi.fn();
const last = () => Wire.open.at(-1)!;
const watch = () => watchFleet(cache).close;

beforeEach(async () => {
  vi.useFakeTimers();
  [Wire.open, Wire.beats, Wire.deaf, Wire.lingers] = [[], 0, false, false];
  vi.stubGlobal('fetch', fetched.mockReset().mockRejectedValue(new Error('nobody asked for it')));
  vi.spyOn(console, 'warn').mockImplementation(warned.mockReset());
  cache = createCache();
  stop = watch();
  await goLive();
});
afterEach(() => {
  stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

async function goLive(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
  last().accept();
  last().answer('sessions', { epoch: 'e1', seq: 10, resumed: false, snapshot: { sessions: [session('a')], session_events: [] } });
  last().answer('metrics', { epoch: 'e1', seq: 10, resumed: false, snapshot: figures });
}

const figures = {
  duration_seconds: 9, total_tokens: 7, input_tokens: 5, output_tokens: 2, estimated_cost_usd: 0.5, tasks_running: 1, is_paused: true,
};

const say = (happened: ReturnType<typeof event>, topic = 'sessions') => last().say(topic, happened.event, happened.payload);

it('orc: a disconnect that was meant reconnected by itself; ours stays away', async () => {
  stop();
  await vi.advanceTimersByTimeAsync(600_000);
  expect(Wire.open).toHaveLength(1);
});

it('orc gave up after 5 tries and KATO after 10; ours never gives up', async () => {
  fetched.mockImplementation(async () => new Response('{}', { status: 503 }));
  last().drop();
  for (let i = 0; i < 40; i++) {
    await vi.advanceTimersByTimeAsync(8_000);
    if (last().readyState !== 3) last().drop();
  }
  expect(Wire.open.length).toBeGreaterThan(40);
  await vi.advanceTimersByTimeAsync(8_000);
  await goLive();
  expect(readConnection(cache)).toMatchObject({ phase: 'live', attempts: 0 });
});

it('orc: every pong was warned of as unknown, agentcmd: pings were never sent; ours beats for ever and says nothing', async () => {
  await vi.advanceTimersByTimeAsync(10 * 60_000);
  expect(Wire.beats).toBeGreaterThanOrEqual(20);
  expect(warned).not.toHaveBeenCalled();
  expect(readConnection(cache)).toMatchObject({ phase: 'live', malformed: 0 });
});

it('agentcmd: a silent socket was only logged; ours is given up and opened again', async () => {
  Wire.deaf = true;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(Wire.open.length).toBeGreaterThan(1);
});

it('agentcmd: a silent socket was only logged; ours is not called live after two heartbeats, whether or not its end is ever answered', async () => {
  [Wire.deaf, Wire.lingers] = [true, true];
  await vi.advanceTimersByTimeAsync(29_000);
  expect(readConnection(cache).phase).toBe('live');
  await vi.advanceTimersByTimeAsync(1_500);
  expect(readConnection(cache)).toMatchObject({ phase: 'reconnecting', attempts: 1 });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(Wire.open).toHaveLength(2);
  Wire.deaf = false;
  await goLive();
  expect(readConnection(cache)).toMatchObject({ phase: 'live', attempts: 0 });
});

it('a socket that does not open is given up, and another is tried', async () => {
  last().drop();
  await vi.advanceTimersByTimeAsync(100);
  expect(Wire.open).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(31_000);
  expect(Wire.open[1]!.readyState).toBe(3);
  expect(Wire.open).toHaveLength(3);
});

it('a machine that slept does not call live what the hub has ended meanwhile', async () => {
  Wire.lingers = true;
  vi.setSystemTime(Date.now() + 600_000);
  await vi.advanceTimersByTimeAsync(15_000);
  expect(readConnection(cache).phase).toBe('reconnecting');
  await vi.advanceTimersByTimeAsync(5_000);
  expect(Wire.open).toHaveLength(2);
  await goLive();
  expect(readConnection(cache).phase).toBe('live');
});

it('orc: session_update was an unhandled event; ours is the aggregate that is shown', () => {
  const later = { ...figures, total_tokens: 12, input_tokens: 10 };
  last().say('metrics', 'session_update', { ...later, seq: 0, time: '2026-09-14T08:00:01Z' });
  expect(readTopic(cache, 'metrics')?.aggregate).toMatchObject(later);
  expect(readConnection(cache).malformed).toBe(0);
  expect(warned).not.toHaveBeenCalled();
});

it('agentcmd: an error message could never be cleared; an explicit null clears it', () => {
  say(event('session_updated', { session_id: 'a', updated_at: '2026-09-14T08:00:01Z', error_message: 'no disk', seq: 11 } as never));
  expect(readFleet(cache).sessions[0]?.error_message).toBe('no disk');
  say(event('session_updated', { session_id: 'a', updated_at: '2026-09-14T08:00:02Z', error_message: null, seq: 12 } as never));
  expect(readFleet(cache).sessions[0]?.error_message).toBeNull();
});

it('agentcmd invalidated its lists and KATO polled on; ours patches and asks nothing over HTTP', async () => {
  say(status('a', 'idle'));
  last().say('sessions', 'message_complete', { session_id: 'a', seq: 12, time: '2026-09-14T08:00:01Z', cancelled: false });
  await vi.advanceTimersByTimeAsync(120_000);
  expect(readFleet(cache).sessions[0]?.status).toBe('idle');
  expect(fetched).not.toHaveBeenCalled();
});

it('KATO: who connected again after a disconnect was never reconnected; ours is', async () => {
  stop();
  stop = watch();
  await goLive();
  const before = Wire.open.length;
  last().drop();
  await vi.advanceTimersByTimeAsync(100);
  expect(Wire.open.length).toBeGreaterThan(before);
});

it('KATO: who connected again after a disconnect was never reconnected; ours is, by the same hub, which is live only with an answer', async () => {
  stop();
  const { hub, close } = watchFleet(cache);
  stop = close;
  await goLive();
  expect(hub.connection.phase).toBe('live');
  hub.close();
  expect(hub.connection).toEqual(initialConnection);
  expect(readConnection(cache)).toEqual(initialConnection);
  await vi.advanceTimersByTimeAsync(2_000);
  hub.connect();
  const sessions = hub.watch('sessions');
  expect(hub.connection.phase).toBe('connecting');
  await vi.advanceTimersByTimeAsync(0);
  last().accept();
  expect(hub.connection.phase).toBe('connecting');
  last().answer('sessions', { epoch: 'e1', seq: 10, resumed: false, snapshot: { sessions: [session('a')], session_events: [] } });
  expect([hub.connection.phase, sessions.status]).toEqual(['live', 'live']);
});
