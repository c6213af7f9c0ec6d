import { describe, expect, it } from 'vitest';
import { applyEvent } from '../src/fleet/applyEvents.js';
import { parseEvent } from '../src/protocol/parse.js';
import { applyToSession, emptySession } from '../src/session/sessionState.js';
import { AT, event, fleet, session, status } from './samples.js';

const row = (state: ReturnType<typeof fleet>, id: string) => state.sessions.find((each) => each.id === id)!;

describe('an event changes one row', () => {
  it('and every other row stays the same object', () => {
    const before = fleet(session('a'), session('b'), session('c'));
    const after = applyEvent(before, status('b', 'idle'));
    expect(row(after, 'b').status).toBe('idle');
    expect(row(after, 'a')).toBe(row(before, 'a'));
    expect(row(after, 'c')).toBe(row(before, 'c'));
  });

  it('of an unknown session: the state is the same object', () => {
    const before = fleet(session('a'));
    const updated = event('session_updated', { session_id: 'x', version: 2, updated_at: AT, name: 'n' });
    const ended = event('session_terminated', { session_id: 'x', reason: 'completed' });
    for (const each of [status('x', 'idle'), updated, ended]) expect(applyEvent(before, each)).toBe(before);
  });

  it('heard a second time: the state is the same object', () => {
    const once = applyEvent(fleet(session('a')), status('a', 'idle', { seq: 12 }));
    expect(applyEvent(once, status('a', 'idle', { seq: 12 }))).toBe(once);
    expect(applyEvent(once, status('a', 'active', { seq: 11 }))).toBe(once);
  });

  it('that says nothing about a row: the state is the same object', () => {
    const before = fleet(session('a'));
    expect(applyEvent(before, event('task_started', { session_id: 'a', task_id: 't' }))).toBe(before);
    expect(applyEvent(before, event('fleet_paused', {}))).toBe(before);
  });
});

describe('session_status', () => {
  it.each([
    ['active', 'working'], ['waiting', 'working'], ['initializing', 'idle'], ['idle', 'idle'], ['terminating', 'idle'],
    ['error', 'error'], ['terminated', 'idle'],
  ] as const)('%s is %s for those who know three states', (to, state) => {
    expect(row(applyEvent(fleet(session('a')), status('a', to)), 'a').state).toBe(state);
  });

  it('terminated with an error is a crash, ends the tasks, and says when', () => {
    const after = applyEvent(fleet(session('a', { tasks_running: 2 })), status('a', 'terminated', { error: 'lease lapsed' }));
    expect(row(after, 'a')).toMatchObject({ state: 'error', error_message: 'lease lapsed', tasks_running: 0, ended_at: AT });
  });

  it('is a sign of life, an end as well', () => {
    expect(row(applyEvent(fleet(session('a', { stale: true })), status('a', 'terminated')), 'a').stale).toBe(false);
  });

  it('takes back what was asked once it no longer waits', () => {
    const waiting = session('a', { status: 'waiting', waiting_for: 'plan', waiting_since: AT, waiting_text: 'ok?' });
    const after = row(applyEvent(fleet(waiting), status('a', 'active')), 'a');
    expect([after.waiting_for, after.waiting_since, after.waiting_text]).toEqual([null, null, null]);
  });

  it('clears the error message on active and idle, and keeps it while ending', () => {
    const failed = fleet(session('a', { status: 'error', error_message: 'rate_limit' }));
    expect(row(applyEvent(failed, status('a', 'active')), 'a').error_message).toBeNull();
    expect(row(applyEvent(failed, status('a', 'idle')), 'a').error_message).toBeNull();
    expect(row(applyEvent(failed, status('a', 'terminating')), 'a').error_message).toBe('rate_limit');
  });

  it('says since when it waits at once, so that the row finds its place without a jump', () => {
    expect(row(applyEvent(fleet(session('a')), status('a', 'waiting')), 'a').waiting_since).toBe(AT);
  });
});

describe('session_updated', () => {
  it('merges the fields it carries and leaves the others', () => {
    const before = fleet(session('a', { name: 'old', model: 'm1', tasks_running: 3 }));
    const after = applyEvent(before, event('session_updated', { session_id: 'a', version: 2, updated_at: AT, name: 'new' }));
    expect(row(after, 'a')).toMatchObject({ name: 'new', model: 'm1', tasks_running: 3, seq: 11 });
  });

  it('clears with an explicit null', () => {
    const before = fleet(session('a', { status: 'error', state: 'error', error_message: 'boom' }));
    const after = applyEvent(before, event('session_updated', { session_id: 'a', version: 2, updated_at: AT, error_message: null }));
    expect(row(after, 'a').error_message).toBeNull();
  });

  it('does not let fields of the envelope, or of a newer hub, into the view', () => {
    const strange = { session_id: 'a', updated_at: AT, colour: 'red', id: 'b' } as never;
    const after = row(applyEvent(fleet(session('a')), event('session_updated', strange)), 'a');
    expect(Object.keys(after).sort()).toEqual(Object.keys(session('a')).sort());
    expect(after.id).toBe('a');
  });
});

describe('a life', () => {
  it('that is another one, as the topic of the session alone tells it, is in the view', () => {
    const over = session('a', { status: 'terminated', state: 'error', is_paused: true, error_message: 'gone', ended_at: AT, version: 7 });
    const later = '2026-09-14T09:00:00.000Z';
    const anew = {
      session_id: 'a', seq: 12, updated_at: later, version: 9, status: 'initializing', state: 'idle', is_paused: false, error_message: null,
      project: 'other', cwd: null, model: 'm2', created_at: later, ended_at: null,
    } as const;
    const { session: born } = applyToSession({ ...emptySession, session: over }, [event('session_updated', anew)]);
    const { session_id: _, ...fields } = anew;
    expect(born).toEqual({ ...over, ...fields });
    expect(parseEvent('session_updated', { ...anew, time: later, project: 7 })).toBe('malformed');
    expect(parseEvent('session_updated', { ...anew, time: later, created_at: null })).toBe('malformed');
  });

  it('begins with the view that session_created carries', () => {
    const created = event('session_created', { session_id: 'b', metadata: {}, session: session('b', { seq: 11 }) });
    expect(applyEvent(fleet(session('a')), created).sessions.map((each) => each.id)).toEqual(['a', 'b']);
  });

  it('ends: the row leaves the live list, and a crash is kept with its reason among those that just ended', () => {
    const crash = event('session_terminated', { session_id: 'a', reason: 'crashed', error: 'owner lost' });
    const after = applyEvent(fleet(session('a'), session('b')), crash);
    expect(after.sessions.map((each) => each.id)).toEqual(['b']);
    expect(after.ended[0]).toMatchObject({ id: 'a', state: 'error', error_message: 'owner lost', ended_at: AT });
  });

  it('ends with an error that is no crash: it is idle', () => {
    const failed = applyEvent(fleet(session('a')), status('a', 'terminated', { error: 'x' }));
    const after = applyEvent(failed, event('session_terminated', { session_id: 'a', reason: 'terminated', error: 'x', seq: 12 }));
    expect(after.ended[0]).toMatchObject({ state: 'idle', error_message: 'x' });
  });

  it('begins again under the same id: it is live and no longer among the ended', () => {
    const over = applyEvent(fleet(session('a')), event('session_terminated', { session_id: 'a', reason: 'completed' }));
    const stale = event('session_created', { session_id: 'a', metadata: {}, session: session('a'), seq: 5 });
    expect(applyEvent(over, stale)).toBe(over);
    const again = applyEvent(over, event('session_created', { session_id: 'a', metadata: {}, session: session('a'), seq: 12 }));
    expect([again.sessions.length, again.ended.length]).toEqual([1, 0]);
  });
});

it('keeps the last ten changes of the count, the newest first', () => {
  const change = (current_count: number) => event('session_event', {
    event_type: 'session_created', current_count, previous_count: current_count - 1, delta: 1, created: 1, destroyed: 0,
    time_since_last_event: null, source: 'rollcall', seq: 0,
  });
  const after = Array.from({ length: 12 }, (_, at) => change(at + 1)).reduce(applyEvent, fleet());
  expect(after.sessionEvents.map((each) => each.current_count)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3]);
});
