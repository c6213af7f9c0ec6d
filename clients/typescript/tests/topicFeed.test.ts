import { describe, expect, it } from 'vitest';
import { models } from '../src/live/models.js';
import { TopicFeed } from '../src/live/topicFeed.js';
import type { FleetState } from '../src/fleet/state.js';
import type { HubEvent } from '../src/protocol/events.js';
import { tells } from '../src/protocol/topics.js';
import { event, session, status } from './samples.js';

function feedOf(sessions = [session('a'), session('b')]) {
  const told = { changes: 0, ignored: [] as string[], epochs: [] as string[] };
  const feed = new TopicFeed<FleetState>('sessions', models.sessions, {
    waiting: () => {},
    changed: () => { told.changes += 1; },
    heard: () => {},
    ignored: (why) => { told.ignored.push(why); },
    epoch: (epoch) => { told.epochs.push(epoch); },
  });
  const snapshot = (epoch: string, seq: number, rows = sessions) => feed.answer({ epoch, seq, resumed: false, snapshot: { sessions: rows, session_events: [] } });
  snapshot('e1', 10);
  return { feed, told, snapshot, say: (happened: ReturnType<typeof status>) => feed.hear(happened.event, happened.payload) };
}

describe('a topic', () => {
  it('applies the events of a frame at once, and rows that they do not touch stay the same objects', () => {
    const { feed, told, say } = feedOf();
    const [before, changes] = [feed.shown!, told.changes];
    for (let seq = 11; seq <= 210; seq++) say(status('a', seq % 2 ? 'idle' : 'active', { seq }));
    expect(feed.shown).toBe(before);
    feed.flush();
    expect(told.changes).toBe(changes + 1);
    expect(feed.shown!.sessions[0]).toMatchObject({ status: 'active', seq: 210 });
    expect(feed.shown!.sessions[1]).toBe(before.sessions[1]);
    expect(feed.cursor).toEqual({ epoch: 'e1', after: 210 });
  });

  it('hears an event once, on whatever ways it comes', () => {
    const { feed, say } = feedOf();
    say(status('a', 'idle', { seq: 11 }));
    say(status('a', 'waiting', { seq: 11 }));
    say(status('a', 'waiting', { seq: 5 }));
    feed.flush();
    expect(feed.shown!.sessions[0]?.status).toBe('idle');
  });

  it('drops what waits when the state is told anew: it is in there already', () => {
    const { feed, say, snapshot } = feedOf();
    say(status('a', 'idle', { seq: 11 }));
    snapshot('e1', 12, [session('a', { status: 'error', seq: 12 })]);
    feed.flush();
    expect(feed.shown!.sessions.map((each) => each.status)).toEqual(['error']);
  });

  it('passes events that it does not know, and counts them', () => {
    const { feed, told } = feedOf();
    feed.hear('session_hibernated', { seq: 11 });
    feed.hear('session_status', { seq: 12 });
    expect(told.ignored).toEqual(['unknown', 'malformed']);
    expect(feed.params()).toEqual({ epoch: 'e1', after: 12 });
  });

  it('takes an older list over HTTP for nothing, and one of another log for a new beginning', () => {
    const { feed, say } = feedOf();
    say(status('a', 'idle', { seq: 30 }));
    feed.polled({ epoch: 'e1', seq: 20, snapshot: { sessions: [session('old')], session_events: [] } });
    expect(feed.shown!.sessions.map((each) => each.id)).toEqual(['a', 'b']);
    feed.polled({ epoch: 'e2', seq: 3, snapshot: { sessions: [session('new')], session_events: [] } });
    expect(feed.shown!.sessions.map((each) => each.id)).toEqual(['new']);
    expect(feed.params()).toEqual({});
  });
});

it('a stream names no topic: each takes the events that are its own', () => {
  const created = event('session_created', { session_id: 'a', metadata: {}, session: session('a', { project: 'shop' }) });
  const line = event('stream_output', { session_id: 'a', stream: 'stdout', text: 'x', index: 0 });
  const takes = (happened: HubEvent, known = true) => (['sessions', 'project:shop', 'project:billing', 'session:a', 'session:b', 'metrics', '*'] as const)
    .filter((topic) => tells(topic, happened, () => known));
  const count = { event_type: 'session_created' as const, current_count: 1, previous_count: 0, delta: 1, created: 1, destroyed: 0, time_since_last_event: null, source: 'rollcall' };
  expect(takes(event('session_event', count))).toEqual(['sessions', '*']);
  expect(takes(event('session_event', { ...count, project: 'shop' }))).toEqual(['project:shop']);
  expect(takes(created)).toEqual(['sessions', 'project:shop', '*']);
  expect(takes(line)).toEqual(['session:a']);
  expect(takes(status('a', 'idle'), false)).toEqual(['sessions', 'session:a', '*']);
  expect(takes(status('a', 'idle'), true)).toEqual(['sessions', 'project:shop', 'project:billing', 'session:a', '*']);
});

it('two hundred events among ten thousand sessions cost one copy of the list, and end equal to the slow way', () => {
  const rows = Array.from({ length: 10_000 }, (_, at) => session(`s${at}`));
  const { feed, say } = feedOf(rows);
  const before = feed.shown!.sessions;
  for (let at = 0; at < 200; at++) {
    const id = `s${(at * 7_919) % 10_000}`;
    if (at % 10 === 0) say(event('session_terminated', { session_id: id, reason: 'completed', seq: 11 + at }));
    else say(status(id, 'idle', { seq: 11 + at }));
  }
  feed.flush();
  const after = feed.shown!.sessions;
  expect(after).toHaveLength(9_980);
  expect(after.filter((row) => row.status === 'idle')).toHaveLength(180);
  const known = new Set(before);
  expect(after.filter((row) => !known.has(row))).toHaveLength(180);
  expect(new Set(after.map((row) => row.id)).size).toBe(9_980);
});
