// @vitest-environment node
import { Socket } from 'phoenix';
import { expect, it } from 'vitest';
import { until, useRealHub } from './realHub.js';

const real = useRealHub({ ROLLCALL_ALERTS_EVERY: '1s' });

it('a session is followed with its tasks, its output and its end, after which it can still be read', async () => {
  const { hub } = real.client();
  const id = real.newId();
  await hub.api.createSession({ id, status: 'active' });
  await hub.api.appendOutput(id, { text: 'before', stream: 'stderr' });
  const one = hub.watch(`session:${id}`);
  expect((await one.ready()).output.map(({ text, stream }) => [text, stream])).toEqual([['before', 'stderr']]);
  await hub.api.startTask(id, { task_id: 't' });
  await hub.api.commands([
    { type: 'output', session_id: id, text: 'after' },
    { type: 'message_complete', session_id: id, message_id: 'm' },
    { type: 'error', session_id: id, error: 'no disk' },
  ]);
  await until(() => expect(one.state).toMatchObject({
    session: { tasks_running: 1 },
    tasks: [{ task_id: 't', name: null }],
    output: [{ text: 'before' }, { text: 'after' }],
    messages: [{ event: 'message_complete' }, { event: 'error', payload: { error: 'no disk' } }],
  }));
  await hub.api.completeTask(id, 't', 'failed');
  await hub.api.terminateSession(id);
  await until(() => expect(one.state).toMatchObject({ session: { status: 'terminated' }, tasks: [] }));
  expect((await real.client().hub.watch(`session:${id}`).ready()).session?.status).toBe('terminated');
});

it('what a person says reaches the owner, and without one the refusal says so', async () => {
  const { hub, line } = real.client();
  const id = real.newId();
  await hub.api.createSession({ id, status: 'active' });
  const one = hub.watch(`session:${id}`);
  await one.ready();
  expect(await hub.api.owner(id)).toEqual({ owned: false, key: null, since: null });
  await expect(one.push('approve', { request: 7 })).rejects.toMatchObject({ name: 'HubError', code: 'no_owner' });

  const owner = new Socket(`${real.url.replace('http', 'ws')}/socket`, { transport: line.transport });
  owner.connect();
  const channel = owner.channel(`session:${id}`, { role: 'owner' });
  const asked: unknown[] = [];
  channel.on('approve', (payload) => { asked.push(payload); });
  await new Promise((resolve) => { channel.join().receive('ok', resolve); });
  expect(await hub.api.owner(id)).toEqual({ owned: true, key: null, since: expect.any(String) });
  expect((await one.push('approve', { request: 7 })).seq).toBeGreaterThan(0);
  await until(() => expect(asked).toEqual([{ request: 7 }]));
  owner.disconnect();
});

it('a session that does not exist is refused once, and the connection is live all the same', async () => {
  const { hub, line } = real.client();
  await hub.watch('sessions').ready();
  const nobody = hub.watch('session:nobody');
  await expect(nobody.ready()).rejects.toMatchObject({ code: 'not_found' });
  expect(hub.connection).toMatchObject({ phase: 'live', refusal: null });
  expect(line.frames('session:nobody', 'phx_join')).toHaveLength(1);
});

it('alerts open, are acknowledged and go, and everything adds up on the wildcard', async () => {
  const { hub } = real.client();
  const id = real.newId();
  const [alerts, all] = [hub.watch('alerts'), hub.watch('*')];
  await Promise.all([alerts.ready(), all.ready()]);
  await hub.api.createSession({ id, status: 'active' });
  await hub.api.setAlertRules({ cost_budget: { warning: null, error: 1 } });
  await hub.api.startTask(id, { task_id: 't' });
  await hub.api.reportUsage(id, { input_tokens: 10, cost_usd: 2 });
  // A busy machine has alerts of its own.
  const budget = () => alerts.state?.open.find((open) => open.alerts[0]?.type === 'cost_budget');
  await until(() => expect(budget()).toMatchObject({ acknowledged_by: null, alerts: [{ level: 'error' }] }));
  const alertId = budget()!.id;
  await hub.api.acknowledgeAlert(alertId);
  await until(() => expect(budget()?.acknowledged_by).toEqual(expect.any(String)));
  await until(() => {
    expect(all.state?.alerts.open.find((open) => open.id === alertId)?.acknowledged_by).toEqual(expect.any(String));
    expect(all.state?.metrics.aggregate?.estimated_cost_usd).toBe(2);
  });
  expect(all.state?.fleet.sessions.some((each) => each.id === id)).toBe(true);
  await hub.api.setAlertRules({ cost_budget: { error: null } });
  await until(() => expect(budget()).toBeUndefined(), 30_000);
});
