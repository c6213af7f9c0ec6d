import { describe, expect, it } from 'vitest';
import { event, session } from '../../clients/typescript/tests/samples';
import type { HubEvent, SessionStatus, SessionView } from '../src/data';
import { breakdown } from '../src/pages/fleet/breakdown';
import { History, STEP_MS } from '../src/pages/fleet/history';
import { machinesOf } from '../src/pages/fleet/machines';
import { validateFleetSearch, validatePastSearch } from '../src/pages/fleet/search';
import { none } from '../src/pages/fleet/statuses';

const BEGAN = Date.parse('2026-09-14T08:00:00.000Z');
const at = (happened: HubEvent, step: number, seq: number): HubEvent =>
  ({ ...happened, payload: { ...happened.payload, seq, time: new Date(BEGAN + step * STEP_MS + 1).toISOString() } }) as HubEvent;
const moves = (id: string, from: SessionStatus, to: SessionStatus) =>
  event('session_status', { session_id: id, status: to, previous_status: from, updated_at: new Date(BEGAN).toISOString() });
const usage = (input: number, output: number, cost: number | null): SessionView['usage'] =>
  ({ ...session('x').usage, input_tokens: input, output_tokens: output, total_tokens: input + output, cost_usd: cost });
const uses = (id: string, used: SessionView['usage']) =>
  event('session_updated', { session_id: id, version: 2, updated_at: new Date(BEGAN).toISOString(), usage: used });
const pointsOf = (history: History, steps: number) => history.points(BEGAN, BEGAN + steps * STEP_MS, STEP_MS);

describe('the charts’ memory', () => {
  it('counts the statuses back from those of now', () => {
    const events = [
      at(event('session_created', { session_id: 'b', metadata: {}, session: session('b', { status: 'initializing' }) }), 1, 2),
      at(moves('b', 'initializing', 'active'), 1, 3),
      at(moves('a', 'active', 'waiting'), 2, 4),
      at(moves('b', 'active', 'terminating'), 3, 5),
      at(moves('b', 'terminating', 'terminated'), 3, 6),
    ];
    const history = new History({ events, seq: 6, live: [session('a')], now: { ...none, waiting: 1 }, since: BEGAN });
    expect(pointsOf(history, 4).map(({ counts }) => counts)).toEqual([
      { ...none, working: 1 }, { ...none, working: 2 }, { ...none, working: 1, waiting: 1 }, { ...none, waiting: 1 },
    ]);
  });

  it('tells what was used a minute, and nothing of what was used before', () => {
    const history = new History({
      events: [at(uses('a', usage(1_000, 100, 5)), 0, 2), at(uses('a', usage(1_400, 150, 5.5)), 1, 3)],
      seq: 3, live: [session('a', { usage: usage(1_400, 150, 5.5) }), session('b', { usage: usage(70, 7, null) })], now: { ...none, working: 2 }, since: BEGAN,
    });
    history.take(at(uses('b', usage(90, 9, 0.25)), 2, 4));
    const minutes = STEP_MS / 60_000;
    expect(pointsOf(history, 3).map(({ input, output, cost }) => [input * minutes, output * minutes, cost * minutes]))
      .toEqual([[0, 0, 0], [400, 50, 0.5], [20, 2, 0.25]]);
  });

  it('takes no event twice', () => {
    const history = new History({ events: [], seq: 3, live: [session('a', { usage: usage(100, 0, 1) })], now: { ...none, working: 1 }, since: BEGAN });
    const more = at(uses('a', usage(130, 0, 1)), 0, 4);
    history.take(at(uses('a', usage(100, 0, 1)), 0, 3));
    history.take(more);
    history.take(more);
    expect(pointsOf(history, 1)[0]!.input).toBe(30 * 60_000 / STEP_MS);
  });

  it('remembers no session that has ended: another life of it begins with what it has used by then', () => {
    const history = new History({ events: [], seq: 3, live: [session('a', { usage: usage(100, 0, 1) })], now: { ...none, working: 1 }, since: BEGAN });
    history.take(at(event('session_terminated', { session_id: 'a', reason: 'completed' }), 0, 4));
    history.take(at(uses('a', usage(130, 0, 1)), 0, 5));
    expect(pointsOf(history, 1)[0]!.input).toBe(0);
    history.take(at(event('session_created', { session_id: 'a', metadata: {}, session: session('a', { usage: usage(130, 0, 1) }) }), 0, 6));
    history.take(at(uses('a', usage(140, 0, 1)), 0, 7));
    expect(pointsOf(history, 1)[0]!.input).toBe(10 * 60_000 / STEP_MS);
  });

  it('says nothing of a time that it did not read', () => {
    const history = new History({ events: [], seq: 3, live: [], now: none, since: BEGAN + 2 * STEP_MS });
    expect(pointsOf(history, 4)).toHaveLength(2);
  });

  it('adds steps up to longer ones', () => {
    const history = new History({ events: [], seq: 0, live: [session('a', { usage: usage(0, 0, 0) })], now: none, since: BEGAN });
    [0, 1, 2, 3].forEach((step) => history.take(at(uses('a', usage((step + 1) * 10, 0, 0)), step, step + 1)));
    expect(history.points(BEGAN, BEGAN + 60_000, 60_000).map(({ input }) => input)).toEqual([40]);
  });

  it('begins with the log, where that is younger than the chart', () => {
    const born = at(event('session_created', { session_id: 'a', metadata: {}, session: session('a') }), 90, 1);
    const history = new History({ events: [born], seq: 1, live: [], now: { ...none, working: 1 }, since: BEGAN });
    const points = history.points(BEGAN, BEGAN + 100 * STEP_MS, STEP_MS);
    expect([points.length, points[0]!.counts.working]).toEqual([10, 1]);
  });
});

it('breaks the sessions down by what they say of themselves, the most first', () => {
  const shares = breakdown([
    session('a', { project: 'docs' }), session('b', { project: 'shop', status: 'waiting', usage: usage(10, 1, 0.5) }),
    session('c', { project: 'shop', usage: usage(5, 0, null) }), session('d', { project: null }),
  ], 'project');
  expect(shares.map(({ name, sessions, tokens, cost }) => [name, sessions, tokens, cost])).toEqual([
    ['shop', 2, 16, 0.5], ['docs', 1, 0, null], [null, 1, 0, null],
  ]);
  expect(shares[0]!.counts).toEqual({ ...none, waiting: 1, working: 1 });
});

describe('what is told of machines', () => {
  const host = { status: 'up', own: true, last_seen_at: '2026-09-14T08:00:00Z', figures: { cpu_percent: 3, memory_percent: null, disk_percent: null, load_1m: null } };
  it('is each part, or why it could not be had', () => {
    const read = machinesOf({ hosts: { one: host, two: { error: 'no /proc' } }, containers: { error: 'denied' } });
    expect(read.hosts?.value?.map((machine) => [machine.name, machine.host?.error ?? machine.host?.value.status])).toEqual([['one', 'up'], ['two', 'no /proc']]);
    expect(read.containers).toEqual({ value: null, error: 'denied' });
  });
  it('may be nothing, or nonsense', () => {
    expect(machinesOf({})).toEqual({ hosts: null, containers: null });
    expect(machinesOf({ hosts: { error: 'broken' }, containers: 7 })).toEqual({ hosts: { value: null, error: 'broken' }, containers: null });
  });
});

it('takes from an address only what it understands', () => {
  expect(validateFleetSearch({ range: '6h', by: 'colour' })).toEqual({ range: '6h', by: undefined });
  expect(validatePastSearch({ seq: '12', at: 'never' })).toEqual({ at: undefined, seq: 12 });
  expect(validatePastSearch({ seq: '-1', at: '2026-09-14T08:00:00Z' })).toEqual({ at: '2026-09-14T08:00:00.000Z', seq: undefined });
  expect(validatePastSearch({ at: 'yesterday' })).toEqual({ at: undefined, seq: undefined });
});
