import { describe, expect, it } from 'vitest';
import { endedTasks } from '../../src/pages/session/tasks/taskList';
import { entriesOf } from '../../src/pages/session/timeline/entries';
import { thinned, usageOver } from '../../src/pages/session/usage/series';
import { at, created, output, status, updated, used } from './events';

const words = (...events: Parameters<typeof at>[2][]) =>
  entriesOf(events.map((each, n) => at(n, n + 1, each))).map(({ words: said, detail }) => (detail === undefined ? said : `${said}: ${detail}`));

describe('the timeline', () => {
  it('says one thing once: that it began, what it asks, how it ended', () => {
    expect(words(
      created(), status('active', 'initializing'), status('waiting'),
      updated({ waiting_for: 'permission', waiting_text: 'Bash: make deploy', waiting_since: '2026-09-14T08:00:00Z' }),
      status('idle', 'waiting'), status('terminating', 'idle'), status('terminated', 'terminating'), ['session_terminated', { reason: 'completed' }],
    )).toEqual(['Began', 'Asks for permission: Bash: make deploy', 'Is idle', 'Ended: it was done']);
  });

  it('says a failure and a crash with their messages', () => {
    expect(words(status('error'), updated({ error_message: 'rate_limit' }))).toEqual(['Failed: rate_limit']);
    expect(words(
      status('terminating', 'active', 'lease lapsed'), status('terminated', 'terminating', 'lease lapsed'),
      ['session_terminated', { reason: 'crashed', error: 'lease lapsed' }],
    )).toEqual(['Crashed: lease lapsed']);
  });

  it('adds up what was used within a minute, and what was written', () => {
    expect(words(created(), used(1_000, 10, 0.5), used(3_000, 30, 0.75))).toEqual(['Began', 'Used 3K tokens in, 30 out, $0.75']);
    expect(words(used(9_000, 90, null))).toEqual(['By now used 9K tokens in, 90 out']);
    expect(words(output('a\nb\n'), output('c\n', 1, 'stderr'))).toEqual(['Wrote 3 lines: stderr: c']);
  });

  it('says the beginning of another life once, whatever is other in it', () => {
    expect(words(
      created(9), updated({ status: 'initializing', state: 'idle', is_paused: false, cwd: '/w', ended_at: null }), status('active', 'initializing'),
    )).toEqual(['Began another life']);
  });

  it('says tasks, pauses, another name and another life, and leaves out what others say', () => {
    expect(words(
      ['task_started', { task_id: 't', name: 'Suite' }], updated({ tasks_running: 1 }),
      ['task_completed', { task_id: 't', name: 'Suite', outcome: 'failed', duration_seconds: 65 }],
      updated({ is_paused: true }), updated({ name: 'Checkout', model: null }), created(9),
    )).toEqual(['“Suite” began', '“Suite” failed after 1m 5s', 'Was paused', 'Has the name Checkout. No longer has a model', 'Began another life']);
  });
});

it('a task that ended has its name, its outcome and its beginning, also when that is older than what is known', () => {
  const [named, unknown] = endedTasks([
    at(0, 1, ['task_completed', { task_id: 'old', outcome: 'cancelled', duration_seconds: 60 }]),
    at(1, 2, ['task_started', { task_id: 't', name: 'Suite' }]),
    at(5, 3, ['task_completed', { task_id: 't', outcome: 'completed', duration_seconds: 4 }]),
  ]);
  expect(named).toMatchObject({ name: 'Suite', outcome: 'completed', startedAt: '2026-09-14T08:00:01.000Z' });
  expect(unknown).toMatchObject({ name: 'old', outcome: 'cancelled', startedAt: '2026-09-14T07:59:00.000Z' });
});

it('usage over time is what the log says, thinned to what can be seen, the last of it always', () => {
  const points = usageOver([at(0, 1, created()), ...Array.from({ length: 500 }, (_, n) => at(n, n + 2, used(n, n, null)))]);
  expect(points).toHaveLength(501);
  const few = thinned(points, 50);
  expect(few.length).toBeLessThanOrEqual(50);
  expect([few[0], few.at(-1)]).toEqual([points[0], points.at(-1)]);
  expect(few.map((point) => point.input)).toEqual(few.map((point) => point.input).toSorted((a, b) => a - b));
});
