import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, describe, it } from 'node:test';
import { commands, log, newId, OF_SESSIONS, session, token } from './api.mjs';
import { eventually } from './eventually.mjs';
import { startHub } from './hub.mjs';
import { answered, connect, join, push, VERSIONS } from './official.mjs';

for (const version of Object.keys(VERSIONS)) {
  describe(`phoenix ${version}`, () => {
    let hub;
    let client;
    before(async () => {
      hub = await startHub();
      client = connect(hub, version, version.startsWith('1.8') ? { authToken: await token(hub) } : {});
    });
    after(async () => {
      client.socket.disconnect();
      await hub.remove();
    });

    it('joins every topic and gets its snapshot', async () => {
      const id = await session(hub, { project: 'one', name: 'A' });
      const topics = ['sessions', `session:${id}`, 'project:one', 'metrics', 'alerts', '*'].map((topic) => join(client, topic));
      const [sessions, own, project, metrics, alerts, everything] = (await Promise.all(topics.map((topic) => topic.joined)))
        .map((reply) => reply.snapshot);
      const shown = sessions.sessions.find((row) => row.id === id);
      assert.equal(shown.name, 'A');
      assert.deepEqual(own.session, shown);
      assert.deepEqual([own.tasks, own.output], [[], []]);
      assert.deepEqual(project.sessions.map((row) => row.id), [id]);
      assert.deepEqual(Object.keys(metrics).sort(), [
        'duration_seconds', 'estimated_cost_usd', 'input_tokens', 'is_paused', 'output_tokens', 'tasks_running', 'total_tokens']);
      assert.deepEqual(alerts.alerts, []);
      assert.ok(everything.sessions.some((row) => row.id === id) && everything.metrics && everything.alerts);
      await Promise.all(topics.map((topic) => topic.leave()));
    });

    it('hears each event once on every topic that names it, and nothing of other sessions', async () => {
      const [id, other] = [await session(hub, { project: 'two' }), await session(hub, { project: 'three' })];
      const [all, own, project, foreign, wild] = ['sessions', `session:${id}`, 'project:two', `session:${other}`, '*']
        .map((topic) => join(client, topic));
      await Promise.all([all, own, project, foreign, wild].map((topic) => topic.joined));
      const answers = await commands(hub,
        { type: 'status', session_id: id, status: 'waiting', waiting_for: 'permission', waiting_text: 'Run it?' },
        { type: 'start_task', session_id: id, task_id: 't1', name: 'Build' },
        { type: 'output', session_id: id, stream: 'stdout', text: 'hello' },
        { type: 'complete_task', session_id: id, task_id: 't1' },
        { type: 'message_complete', session_id: id, message_id: 'm1' },
        { type: 'error', session_id: id, error: 'oh', code: 'E1' },
        { type: 'terminate', session_id: id, reason: 'completed' });
      assert.ok(answers.every((answer) => answer.ok), JSON.stringify(answers));
      await eventually('the end is heard', () => [all, own, project, wild].every((topic) => topic.names().includes('session_terminated')));
      await answered(client);
      const told = (await log(hub)).filter((entry) => entry.payload.session_id === id && entry.event !== 'session_created');
      const heardOf = (topic) => topic.events.filter(({ payload }) => payload.session_id === id).map(({ payload }) => payload);
      assert.deepEqual(heardOf(own), told.map((entry) => entry.payload).filter((payload) => payload.seq > own.replies[0].seq));
      const listed = told.filter((entry) => OF_SESSIONS.includes(entry.event) && entry.seq > all.replies[0].seq).map((entry) => entry.payload);
      assert.deepEqual(heardOf(all), listed);
      assert.deepEqual(heardOf(project), listed);
      assert.deepEqual(heardOf(wild).map((payload) => payload.seq),
        told.filter((entry) => entry.event !== 'stream_output' && entry.seq > wild.replies[0].seq).map((entry) => entry.seq));
      assert.equal(foreign.events.length, 0);
      await Promise.all([all, own, project, foreign, wild].map((topic) => topic.leave()));
    });

    it('hears the aggregate on metrics when a task begins and ends', async () => {
      const id = await session(hub);
      const metrics = join(client, 'metrics');
      await metrics.joined;
      await commands(hub, { type: 'start_task', session_id: id, task_id: 't' });
      const running = () => metrics.events.filter(({ event }) => event === 'session_update').map(({ payload }) => payload.tasks_running);
      await eventually('one task runs', () => running().includes(1));
      await commands(hub, { type: 'complete_task', session_id: id, task_id: 't' });
      await eventually('no task runs', () => running().at(-1) === 0);
      const { payload } = metrics.events.find(({ event }) => event === 'session_update');
      assert.deepEqual(Object.keys(payload).sort(), [
        'duration_seconds', 'estimated_cost_usd', 'input_tokens', 'is_paused', 'output_tokens', 'seq', 'tasks_running', 'time', 'total_tokens']);
      assert.equal(payload.seq, 0);
      await metrics.leave();
    });

    it('hears only the events it asked for', async () => {
      const id = newId();
      const topic = join(client, 'sessions', { events: ['session_created', 'session_terminated'] });
      await topic.joined;
      await session(hub, { id });
      await commands(hub, { type: 'update', session_id: id, name: 'x' }, { type: 'terminate', session_id: id });
      await eventually('the end is heard', () => topic.names().includes('session_terminated'));
      await answered(client);
      assert.deepEqual(topic.names(), ['session_created', 'session_terminated']);
      await topic.leave();
    });

    it('asks once, and not again, for what it is refused', async () => {
      for (const topic of ['nonsense', 'session:nobody-of-that-name', 'session:with/slash']) {
        const refused = join(client, topic);
        const answer = await refused.joined.then(() => assert.fail('joined'), (error) => error);
        assert.equal(answer.code, 'not_found');
        await eventually('the channel is closed', () => refused.closed);
      }
      await sleep(2_500);
      for (const topic of ['nonsense', 'session:nobody-of-that-name', 'session:with/slash']) assert.equal(client.joins(topic), 1, topic);
    });

    const cannotGiveAToken = version.startsWith('1.7');
    if (!cannotGiveAToken) it('asks once, and not again, for what its key does not reach', async () => {
      const id = await session(hub, { project: 'hidden' });
      const limited = connect(hub, version, { authToken: await token(hub, { scopes: ['watch'], projects: ['seen'] }) });
      const own = await session(hub, { project: 'seen' });
      const codes = { metrics: 'forbidden', alerts: 'forbidden', 'project:hidden': 'forbidden', [`session:${id}`]: 'not_found' };
      for (const [topic, code] of Object.entries(codes)) {
        const refused = join(limited, topic);
        assert.equal((await refused.joined.then(() => assert.fail(topic), (error) => error)).code, code, topic);
        await eventually('the channel is closed', () => refused.closed);
      }
      const wild = join(limited, '*');
      assert.deepEqual((await wild.joined).snapshot.sessions.map((row) => row.id), [own]);
      await commands(hub, { type: 'update', session_id: id, name: 'x' }, { type: 'update', session_id: own, name: 'y' });
      await eventually('its own is heard', () => wild.events.length > 0);
      await sleep(1_500);
      assert.deepEqual(wild.events.map(({ payload }) => payload.session_id), [own]);
      for (const topic of Object.keys(codes)) assert.equal(limited.joins(topic), 1, topic);
      const watching = join(limited, `session:${own}`);
      await watching.joined;
      assert.equal((await push(watching.channel, 'cancel', {}))[1].code, 'forbidden');
      limited.socket.disconnect();
    });

    it('leaves and hears nothing more', async () => {
      const id = await session(hub);
      const [topic, other] = [join(client, 'sessions'), join(client, `session:${id}`)];
      await Promise.all([topic.joined, other.joined]);
      await topic.leave();
      const heard = topic.events.length;
      await commands(hub, { type: 'update', session_id: id, name: 'x' });
      await eventually('another topic of the same socket tells it', () => other.names().includes('session_updated'));
      await answered(client);
      assert.equal(topic.events.length, heard);
      assert.ok(topic.closed);
      await other.leave();
    });

    it('asks the owner, who answers as it works', async () => {
      const id = await session(hub);
      const owning = connect(hub, version);
      const owner = join(owning, `session:${id}`, { role: 'owner' });
      const watcher = join(client, `session:${id}`);
      await Promise.all([owner.joined, watcher.joined]);
      const [status, { seq }] = await push(watcher.channel, 'send_message', { text: 'hi', config: { a: 1 } });
      assert.equal(status, 'ok');
      assert.ok(seq > 0);
      await eventually('the owner hears it', () => owner.names().includes('send_message'));
      assert.deepEqual(owner.events.find(({ event }) => event === 'send_message').payload, { text: 'hi', config: { a: 1 } });
      assert.equal((await push(watcher.channel, 'cancel', {}))[0], 'ok');
      await eventually('the owner hears the cancel', () => owner.names().includes('cancel'));
      for (const [event, payload] of [
        ['output', { stream: 'assistant', text: 'hello' }], ['task_started', { task_id: 't' }], ['task_completed', { task_id: 't' }],
        ['usage', { input_tokens: 5, output_tokens: 2 }], ['update', { name: 'B' }], ['status', { status: 'idle' }],
        ['message_complete', { message_id: 'm', cancelled: true }], ['error', { error: 'no' }], ['heartbeat', {}]]) {
        const [answered, response] = await push(owner.channel, event, payload);
        assert.equal(answered, 'ok', `${event}: ${JSON.stringify(response)}`);
      }
      await eventually('the watcher hears the work', () => watcher.names().includes('error'));
      assert.deepEqual(watcher.names().filter((name) => ['stream_output', 'message_complete', 'error'].includes(name)),
        ['stream_output', 'message_complete', 'error']);
      const [refused, why] = await push(watcher.channel, 'output', { text: 'not mine' });
      assert.deepEqual([refused, why.code], ['error', 'forbidden']);
      await owner.leave();
      await watcher.leave();
      owning.socket.disconnect();
    });

    it('is told no_owner when nobody owns the session', async () => {
      const topic = join(client, `session:${await session(hub)}`);
      await topic.joined;
      for (const event of ['send_message', 'cancel', 'approve', 'deny']) {
        const [status, response] = await push(topic.channel, event, { text: 'hi' });
        assert.deepEqual([status, response.code], ['error', 'no_owner'], event);
      }
      await topic.leave();
    });
  });
}
