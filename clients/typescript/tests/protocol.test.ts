import { describe, expect, it } from 'vitest';
import { inAttentionOrder, needYou } from '../src/fleet/attention.js';
import { replaceFleet } from '../src/fleet/state.js';
import { parseEvent, parseSessions } from '../src/protocol/parse.js';
import { AT, fleet, session, status } from './samples.js';

describe('what comes over the wire', () => {
  it('is let through when it is what it should be', () => {
    const good = status('a', 'idle');
    expect(parseEvent('session_status', good.payload)).toEqual(good);
  });

  it('is ignored when its name is unknown', () => {
    for (const name of ['session_exploded', 'phx_reply', 'toString']) expect(parseEvent(name, {})).toBe('unknown');
  });

  it.each([
    ['session_status', { session_id: 'a', status: 'sleeping', previous_status: 'active', updated_at: AT, seq: 1, time: AT }],
    ['session_status', null],
    ['session_updated', { session_id: 7, updated_at: AT, seq: 1, time: AT }],
    ['session_updated', { session_id: 'a', updated_at: AT, seq: 1, time: AT, usage: { cost_usd: '1' } }],
    ['session_created', { session_id: 'a', metadata: {}, session: {}, seq: 1, time: AT }],
    ['session_update', { seq: 0, time: AT, duration_seconds: 'long' }],
  ])('is malformed when it is not: %s %j', (name, payload) => expect(parseEvent(name, payload)).toBe('malformed'));

  it('loses only the row that cannot be read, and counts it', () => {
    const read = parseSessions({ sessions: [session('a'), { id: 'b' }, session('c')], session_events: [] });
    expect([read.sessions.map((each) => each.id), read.malformed]).toEqual([['a', 'c'], 1]);
  });
});

describe('a snapshot', () => {
  it('replaces the state, and rows that did not change keep their identity', () => {
    const before = fleet(session('a'), session('b'), session('gone'));
    const after = replaceFleet(before, { epoch: 'e1', sessions: [session('a'), session('b', { name: 'new', seq: 20 })] });
    expect(after.sessions.map((each) => each.id)).toEqual(['a', 'b']);
    expect(after.sessions[0]).toBe(before.sessions[0]);
    expect(after.sessions[1]?.name).toBe('new');
  });

  it('of another hub leaves nothing of this one', () => {
    const before = { ...fleet(session('a')), ended: [session('z')] };
    expect(replaceFleet(before, { epoch: 'e2', sessions: [] })).toEqual({ epoch: 'e2', sessions: [], ended: [], sessionEvents: [] });
  });
});

it('puts who waits longest on top, then failures, work and idle ones', () => {
  const sessions = [
    session('idle', { status: 'idle', state: 'idle' }),
    session('working'),
    session('failed', { status: 'error', state: 'error' }),
    session('asks', { status: 'waiting', waiting_since: '2026-09-14T08:05:00Z' }),
    session('asks longer', { status: 'waiting', waiting_since: '2026-09-14T08:01:00Z' }),
  ];
  expect(inAttentionOrder(sessions).map((each) => each.id)).toEqual(['asks longer', 'asks', 'failed', 'working', 'idle']);
  expect(needYou(sessions)).toBe(3);
});

it('a realtime_update tells of containers in a list, or why it cannot', () => {
  const told = { seq: 0, time: AT, metrics: {}, sessions: {} };
  for (const containers of [[{ name: 'redis', state: 'running' }], { error: 'permission denied' }, undefined]) {
    expect(parseEvent('realtime_update', { ...told, containers })).toMatchObject({ event: 'realtime_update' });
  }
  expect(parseEvent('realtime_update', { ...told, containers: 'none' })).toBe('malformed');
});
