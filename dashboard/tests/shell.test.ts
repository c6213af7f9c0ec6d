import { describe, expect, it } from 'vitest';
import { stored, oneOf } from '../src/design/stored';
import { byProject, projectItems } from '../src/shell/projectItems';
import { pushedSince, wordsOf } from '../src/toasts/words';
import type { SessionCountEvent, SessionView } from '../src/data';
import { AT, session } from '../../clients/typescript/tests/samples';

const change = (over: Partial<SessionCountEvent> = {}): SessionCountEvent => ({
  seq: 0, time: AT, event_type: 'session_created', current_count: 3, previous_count: 2, delta: 1, created: 1, destroyed: 0,
  time_since_last_event: null, source: 'rollcall', ...over,
});

describe('the sidebar', () => {
  const lines = (sessions: SessionView[], folded: string[] = []) =>
    projectItems([...sessions].sort(byProject), folded).map((item) => (item.kind === 'project' ? `${item.name}:${item.count}:${item.badge}` : item.session.id));

  it('has the projects by name, and in each the oldest first, whatever their status', () => {
    const of = (id: string, project: string | null, created_at: string, over = {}) => session(id, { project, created_at, ...over });
    expect(lines([
      of('new', 'shop', '2026-09-14T09:00:00Z', { status: 'waiting' }), of('old', 'shop', '2026-09-14T08:00:00Z'), of('none', null, AT), of('d', 'docs', AT),
      of('ten', 'shop-10', AT), of('nine', 'shop-9', AT),
    ])).toEqual(['docs:1:working', 'd', 'shop:2:waiting', 'old', 'new', 'shop-9:1:working', 'nine', 'shop-10:1:working', 'ten', 'null:1:working', 'none']);
  });

  it('keeps those without a project apart from a project that is called so', () => {
    const items = projectItems([session('a', { project: 'No project' }), session('b', { project: null })].sort(byProject), ['No project']);
    expect(items.map((item) => (item.kind === 'project' ? [item.name, item.folded] : item.session.id))).toEqual([['No project', true], [null, false], 'b']);
    expect(new Set(items.map(({ key }) => key)).size).toBe(3);
  });

  it('shows of a folded project the badge that matters most', () => {
    const failed = session('b', { project: 'shop', status: 'error', state: 'error' });
    expect(lines([session('a', { project: 'shop' }), failed], ['shop'])).toEqual(['shop:2:error']);
  });

  it('makes the line of a session that did not change only once', () => {
    const a = session('a');
    expect(projectItems([a], [])[1]).toBe(projectItems([a, session('b')], [])[1]);
  });
});

describe('a toast', () => {
  it('counts in the plural, and gives the total', () => {
    expect(wordsOf(change())).toEqual({ title: '1 session created', total: 'Total: 3' });
    expect(wordsOf(change({ event_type: 'session_destroyed', delta: 4, current_count: 0 }))).toEqual({ title: '4 sessions ended', total: 'Total: 0' });
  });

  it('is for what was pushed since, the oldest first, and never for what a snapshot brought', () => {
    const [a, b, c] = [change(), change(), change()];
    expect(pushedSince([a], [c, b, a])).toEqual([b, c]);
    expect(pushedSince([], [a])).toEqual([a]);
    expect(pushedSince([a], [{ ...b }, { ...a }])).toEqual([]);
    expect(pushedSince([a], [a])).toEqual([]);
  });
});

it('remembers a choice, and takes what it cannot read for none', () => {
  localStorage.setItem('rollcall.air', '"thin"');
  const air = stored('air', 'much', oneOf('much', 'little'));
  expect(air.read()).toBe('much');
  air.write('little');
  expect(stored('air', 'much', oneOf('much', 'little')).read()).toBe('little');
});
