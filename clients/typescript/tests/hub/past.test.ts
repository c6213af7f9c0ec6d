// @vitest-environment node
import { expect, it } from 'vitest';
import { applyEvents, emptyFleet, replaceFleet, type FleetState, type SessionView } from '../../src/index.js';
import { until, useRealHub } from './realHub.js';

const real = useRealHub({ ROLLCALL_STALE_AFTER: '1s' });

/** No event carries when a session was last heard of, or the number of an event that changes nothing of it. */
const told = ({ last_seen_at: _, seq: __, version: ___, ...rest }: SessionView) => rest;
/** One that has ended is here until its `session_terminated`, which follows at once. */
const byId = (sessions: readonly SessionView[]) => Object.fromEntries(sessions.filter(({ status }) => status !== 'terminated').map((session) => [session.id, told(session)]));

it('a state and the events after it are, after every change and in every field, the state that the hub tells of then', async () => {
  const { api } = real.client().hub;
  const answers = await api.commands([
    { type: 'create', session_id: 'a', name: 'A', project: 'shop', agent: 'codex', cwd: '/home/ada/shop', status: 'active' },
    { type: 'create', session_id: 'b', status: 'idle', metadata: { branch: 'main', tags: [1] } },
    { type: 'start_task', session_id: 'a', task_id: 't', name: 'Tests' },
    { type: 'usage', session_id: 'a', input_tokens: 100, output_tokens: 10, cache_read_tokens: 40, cost_usd: 0.25 },
    { type: 'status', session_id: 'a', status: 'waiting', waiting_for: 'permission', waiting_text: 'Bash: make deploy' },
    { type: 'pause', session_id: 'a' },
    { type: 'update', session_id: 'b', name: 'B', model: 'opus', metadata: { branch: null, more: true } },
    { type: 'status', session_id: 'b', status: 'error', error_message: 'rate_limit' },
    { type: 'output', session_id: 'b', text: 'half a line' },
    { type: 'status', session_id: 'a', status: 'active' },
    { type: 'resume', session_id: 'a' },
    { type: 'complete_task', session_id: 'a', task_id: 't', outcome: 'failed' },
    { type: 'status', session_id: 'b', status: 'active' },
    { type: 'update', session_id: 'b', name: null },
    { type: 'terminate', session_id: 'a', reason: 'crashed', error: 'lost' },
    { type: 'create', session_id: 'c' },
    { type: 'create', session_id: 'd', status: 'active' },
    { type: 'terminate', session_id: 'd', reason: 'terminated', error: 'x' },
    { type: 'create', session_id: 'e', status: 'active' },
  ]);
  expect(answers.filter(({ ok }) => !ok)).toEqual([]);
  await until(async () => expect((await api.session('e')).stale).toBe(true));
  await api.terminateSession('e');

  const begin = await api.fleetAt({ seq: 1 });
  const { events } = await api.events({ after: begin.seq, limit: 1_000 });
  expect(events.length).toBeGreaterThan(20);
  let state: FleetState = replaceFleet(emptyFleet, begin);
  for (const [at, event] of events.entries()) {
    state = applyEvents(state, [event]);
    // Of one change, the status goes ahead of the fields: since when somebody waits is known with it.
    const next = events[at + 1];
    if (event.event === 'session_status' && next?.event === 'session_updated' && next.payload.session_id === event.payload.session_id) continue;
    const then = await api.fleetAt({ seq: event.payload.seq });
    expect(byId(state.sessions), `${event.payload.seq}, ${event.event}`).toEqual(byId(then.sessions));
  }
  expect(state.ended.map(({ id }) => id).sort()).toEqual(['a', 'd', 'e']);
  for (const row of state.ended) expect(told(row), row.id).toEqual(told(await api.session(row.id)));
});
