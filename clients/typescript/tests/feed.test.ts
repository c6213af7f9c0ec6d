import { Channel } from 'phoenix';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createCache, readConnection, readFleet } from '../src/react/cache.js';
import { AT, listOf, session, status } from './samples.js';
import { watchFleet } from './watchFleet.js';
import { Wire } from './wire.js';

const reply = (sessions = [session('a')], seq = 10) =>
  ({ epoch: 'e1', seq, resumed: false, snapshot: { sessions, session_events: [] } });
const last = () => Wire.open.at(-1)!;

const metrics = {
  duration_seconds: 0, total_tokens: 0, input_tokens: 0, output_tokens: 0, estimated_cost_usd: 0, tasks_running: 0, is_paused: false,
};
/** The hub's HTTP side: the list, the aggregate, and no stream. */
const http = (list: unknown) => async (address: string): Promise<Response> =>
  address.includes('/events/stream') ? new Response('{}', { status: 503 })
    : new Response(JSON.stringify(address.includes('/fleet') ? { epoch: 'e1', seq: 10, time: AT, ...metrics } : list));
const lists = () => fetched.mock.calls.filter(([address]) => String(address).includes('/api/v1/sessions')).length;

let cache: ReturnType<typeof createCache>;
let stop: () => void;
const fetched = vi.fn();

beforeEach(() => {
  vi.useFakeTimers();
  Wire.open = [];
  fetched.mockReset().mockImplementation(http(listOf([session('a', { name: 'polled' })])));
  vi.stubGlobal('fetch', fetched);
  cache = createCache();
  stop = watchFleet(cache).close;
});
afterEach(() => {
  stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function goLive(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
  last().accept();
  answerBoth(reply());
}

function answerBoth(sessions: unknown): void {
  last().answer('sessions', sessions);
  last().answer('metrics', { epoch: 'e1', seq: 10, resumed: false, snapshot: metrics });
}

describe('a page that watches', () => {
  it('is live with the snapshot, joins each topic once, and asks nothing over HTTP', async () => {
    await goLive();
    expect(readConnection(cache).phase).toBe('live');
    expect(readFleet(cache).sessions.map((each) => each.id)).toEqual(['a']);
    expect(last().sent.filter((frame) => frame[3] === 'phx_join').map((frame) => frame[2])).toEqual(['sessions', 'metrics']);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(fetched).not.toHaveBeenCalled();
  });

  it('patches its rows, ignores what it does not know, and counts what it cannot read', async () => {
    await goLive();
    last().say('sessions', 'session_status', status('a', 'idle').payload);
    last().say('sessions', 'session_hibernated', { seq: 12 });
    last().say('sessions', 'session_status', { session_id: 'a' });
    expect(readFleet(cache).sessions[0]?.status).toBe('idle');
    expect(readConnection(cache).malformed).toBe(1);
  });

  it('rejoins with the highest seq it heard, and applies what it missed', async () => {
    await goLive();
    expect(last().join('sessions')[4]).toEqual({});
    last().say('sessions', 'session_status', status('a', 'idle', { seq: 42 }).payload);
    last().drop();
    expect(readConnection(cache)).toMatchObject({ phase: 'reconnecting', attempts: 1 });
    await vi.advanceTimersByTimeAsync(20);
    last().accept();
    expect(last().join('sessions')[4]).toEqual({ epoch: 'e1', after: 42 });
    answerBoth({ epoch: 'e1', seq: 44, resumed: true, snapshot: null });
    expect(readConnection(cache)).toMatchObject({ phase: 'live', attempts: 0 });
    last().drop();
    await vi.advanceTimersByTimeAsync(20);
    last().accept();
    // The hub stood at 44, but nothing after 42 was heard: the cursor must not have moved.
    expect(last().join('sessions')[4]).toEqual({ epoch: 'e1', after: 42 });
  });

  it('takes a resync for the whole truth', async () => {
    await goLive();
    last().say('sessions', 'resync', reply([session('b', { seq: 99 })], 99));
    expect(readFleet(cache).sessions.map((each) => each.id)).toEqual(['b']);
    last().drop();
    await vi.advanceTimersByTimeAsync(20);
    last().accept();
    expect(last().join('sessions')[4]).toEqual({ epoch: 'e1', after: 99 });
  });

  it('comes back when a hub that shuts down asked it to, and not at once', async () => {
    await goLive();
    last().say('phoenix', 'reconnect_after_ms', { reconnect_after_ms: 3_000 });
    last().drop(1012);
    await vi.advanceTimersByTimeAsync(2_900);
    expect(Wire.open).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(Wire.open).toHaveLength(2);
    last().drop();
    await vi.advanceTimersByTimeAsync(100);
    expect(Wire.open.length).toBeGreaterThan(2);
  });

  it('says why when the hub refuses it', async () => {
    await vi.advanceTimersByTimeAsync(0);
    last().accept();
    for (const topic of ['sessions', 'metrics']) {
      expect(readConnection(cache).refusal).toBeNull();
      last().answer(topic, { code: 'forbidden', message: 'This key may not watch.' }, 'error');
      const [joinRef] = last().join(topic);
      last().say(topic, 'phx_close', {}, joinRef, joinRef);
    }
    expect(readConnection(cache)).toMatchObject({ phase: 'offline', refusal: 'This key may not watch.' });
  });
});

describe('polling', () => {
  it('runs every ten seconds while the socket is down, and stops when it is back', async () => {
    await goLive();
    last().drop();
    await vi.advanceTimersByTimeAsync(9_900);
    expect(fetched).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(20_200);
    expect(lists()).toBe(3);
    expect(readFleet(cache).sessions[0]?.name).toBe('polled');
    await vi.advanceTimersByTimeAsync(5_000);
    last().accept();
    answerBoth({ epoch: 'e1', seq: 10, resumed: true, snapshot: null });
    const asked = fetched.mock.calls.length;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(fetched).toHaveBeenCalledTimes(asked);
  });

  it('never runs for a drop that heals before its first turn', async () => {
    await goLive();
    last().drop();
    await vi.advanceTimersByTimeAsync(50);
    last().accept();
    answerBoth({ epoch: 'e1', seq: 10, resumed: true, snapshot: null });
    await vi.advanceTimersByTimeAsync(30_000);
    expect(fetched).not.toHaveBeenCalled();
  });

  it('throws away an answer that arrives when the socket is back', async () => {
    await goLive();
    let arrive = (_: Response) => {};
    fetched.mockImplementation(() => new Promise<Response>((resolve) => { arrive = resolve; }));
    last().drop();
    await vi.advanceTimersByTimeAsync(15_000);
    last().accept();
    last().answer('sessions', reply([session('a', { name: 'newer', updated_at: AT, seq: 50 })], 50));
    arrive(new Response(JSON.stringify(listOf([session('a', { name: 'older' })]))));
    await vi.advanceTimersByTimeAsync(0);
    expect(readFleet(cache).sessions[0]?.name).toBe('newer');
  });
});

it('a join that times out while no socket has ever opened throws nothing', async () => {
  await vi.advanceTimersByTimeAsync(0);
  last().drop();
  for (let second = 0; second < 15; second++) {
    await vi.advanceTimersByTimeAsync(1_000);
    if (last().readyState !== 3) last().drop();
  }
  expect(readConnection(cache)).toMatchObject({ phase: 'connecting', malformed: 0 });
});

it('relies on hooks that the official client has', () => {
  expect(typeof Channel.prototype.onMessage).toBe('function');
});
