import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { commands, newId, session } from '../phoenix/api.mjs';
import { eventually } from '../phoenix/eventually.mjs';
import { startHub } from '../phoenix/hub.mjs';
import { endAll, orc, subscribed } from './orc.mjs';
import { owner } from './owner.mjs';
import { timeless } from './times.mjs';

const event = (name, id, data) => ({ type: 'event', event: name, task_id: id, data, time: 'T' });
const updated = (id, fields) => event('task_updated', id, { id, ...fields, updated_at: 'T' });
const created = (id, title) => event('task_created', id, { id, title, status: 'created', created_at: 'T', updated_at: 'T' });
const tokens = (input, output) => ({
  input_tokens: input, output_tokens: output, cache_read_input_tokens: 0, cache_creation_input_tokens: 0, total_tokens: input + output,
});

/** The seven fields of an aggregate, and nothing else, in their types. */
function checkAggregate(frame) {
  assert.deepEqual(Object.keys(frame), ['type', 'event', 'task_id', 'data', 'time']);
  assert.equal(frame.task_id, '*');
  const { estimated_cost_usd: cost, is_paused: paused, ...counts } = frame.data;
  assert.deepEqual(Object.keys(counts), ['duration_seconds', 'total_tokens', 'input_tokens', 'output_tokens', 'tasks_running']);
  assert.ok(Object.values(counts).every(Number.isInteger));
  assert.equal(typeof cost, 'number');
  assert.equal(typeof paused, 'boolean');
}

/** Waits for so many frames of tasks, compares every one, and checks that there is no other. */
async function told(client, expected) {
  await eventually(`${expected.length} frames of tasks arrive`, () => client.tasks().length >= expected.length, { every: 4, seen: () => client.tasks().slice(-5) });
  await client.settled();
  assert.deepEqual(client.tasks().map(timeless), expected);
  client.aggregates().forEach(checkAggregate);
}

after(endAll);

describe("orc's web client", { timeout: 300_000 }, () => {
  let hub;
  // A busy machine may take longer to write what nobody reads than anybody may stall or be silent.
  before(async () => { hub = await startHub({ env: { ROLLCALL_OWNER_GRACE: '100ms', ROLLCALL_MAX_STALL: '1h', ROLLCALL_MAX_SILENCE: '1h' } }); });
  after(() => hub.remove());

  it('sees the life of three tasks with a wait, a pause, an error, a crash and a hub that is killed, every frame as documented', async () => {
    const [built, failing, crashing] = [newId('TASK'), newId('TASK'), newId('TASK')];
    const client = await subscribed(hub, '*');
    await eventually('the state comes at once', () => client.frames.length >= 2);
    assert.deepEqual(client.frames[0], { type: 'subscribed', task_id: '*' });
    assert.equal(client.frames[1].event, 'session_update');
    checkAggregate(client.frames[1]);

    const life = [];
    const give = async (given, ...frames) => {
      for (const answer of await commands(hub, ...given)) assert.ok(answer.ok, JSON.stringify(answer));
      life.push(...frames);
      await told(client, life);
    };

    // The first: works, waits for a person, is paused and goes on, ends well.
    await give([{ type: 'create', session_id: built, name: 'Fix the race' }], created(built, 'Fix the race'), updated(built, { status: 'running' }));
    await give([{ type: 'start_task', session_id: built, task_id: 't1', name: 'implement' }], event('phase', built, { phase: 'implement', status: 'running' }));
    await give([{ type: 'usage', session_id: built, input_tokens: 100, output_tokens: 20, cost_usd: 0.5 }], event('tokens', built, tokens(100, 20)));
    await give([{ type: 'status', session_id: built, status: 'waiting', waiting_for: 'question', waiting_text: 'Which branch?' }],
      updated(built, { status: 'blocked' }), event('warning', built, { message: 'Which branch?' }));
    assert.deepEqual(await client.ask({ type: 'command', task_id: built, action: 'pause' }), { type: 'command_result', action: 'pause', task_id: built, status: 'paused' });
    life.push(updated(built, { status: 'paused' }));
    await told(client, life);
    await eventually('the pause is on the wire', () => client.aggregates().at(-1).data.is_paused);
    assert.deepEqual(await client.ask({ type: 'command', task_id: built, action: 'resume' }), { type: 'command_result', action: 'resume', task_id: built, status: 'resumed' });
    life.push(updated(built, { status: 'blocked' }));
    await told(client, life);
    await eventually('the resume is on the wire', () => !client.aggregates().at(-1).data.is_paused);
    await give([{ type: 'status', session_id: built, status: 'active' }], updated(built, { status: 'running' }));
    await give([{ type: 'complete_task', session_id: built, task_id: 't1' }], event('phase', built, { phase: 'implement', status: 'completed' }));
    await give([{ type: 'update', session_id: built, name: 'Fixed the race' }], updated(built, { title: 'Fixed the race' }));
    await give([{ type: 'terminate', session_id: built, reason: 'completed' }], updated(built, { status: 'finalizing' }), event('complete', built, { status: 'completed' }));

    // The second: fails and lives on, a message of it fails, too.
    await give([{ type: 'create', session_id: failing, status: 'idle' }], created(failing, failing), updated(failing, { status: 'planned' }));
    await give([{ type: 'status', session_id: failing, status: 'error', error_message: 'no credit' }],
      event('error', failing, { message: 'no credit', fatal: false }), updated(failing, { status: 'failed' }));
    await give([{ type: 'error', session_id: failing, error: 'rate limited' }], event('error', failing, { message: 'rate limited', fatal: false }));

    // The third: cancelled in vain without an owner, asked to stop with one, and lost with its owner's connection.
    await give([{ type: 'create', session_id: crashing }], created(crashing, crashing), updated(crashing, { status: 'running' }));
    assert.deepEqual(await client.ask({ type: 'command', task_id: crashing, action: 'cancel' }), { type: 'error', error: `no program owns session ${crashing}` });
    const program = await owner(hub, crashing);
    assert.deepEqual(await client.ask({ type: 'command', task_id: crashing, action: 'cancel' }), { type: 'command_result', action: 'cancel', task_id: crashing, status: 'cancelled' });
    await eventually('the owner is asked', () => program.asked.includes('cancel'));
    program.vanish();
    await eventually('the crash is told', () => client.tasks().some((frame) => frame.event === 'complete' && frame.task_id === crashing));
    const crash = client.tasks().find((frame) => frame.event === 'error' && frame.task_id === crashing).data;
    assert.equal(crash.fatal, true);
    assert.ok(crash.message.length > 0);
    life.push(event('error', crashing, crash), updated(crashing, { status: 'finalizing' }), event('complete', crashing, { status: 'failed' }));
    await told(client, life);

    // The hub is killed: the client comes back after 1 s, subscribes again, and has the figures at once.
    await eventually('the end of the phase is on the wire', () => client.aggregates().at(-1).data.tasks_running === 0);
    const figures = client.aggregates().at(-1).data;
    await hub.kill();
    await hub.restart();
    await client.comesBack('it is subscribed again', () => client.count('subscribed') === 2);
    const again = client.frames.findLastIndex((frame) => frame.type === 'subscribed');
    await eventually('it has the state', () => client.frames.length >= again + 2);
    assert.deepEqual(client.statuses.slice(0, 4), ['connecting', 'connected', 'disconnected', 'reconnecting']);
    assert.equal(client.statuses.at(-1), 'connected');
    assert.deepEqual(client.frames[again], { type: 'subscribed', task_id: '*' });
    checkAggregate(client.frames[again + 1]);
    assert.deepEqual({ ...client.frames[again + 1].data, duration_seconds: 0 }, { ...figures, duration_seconds: 0 });
    await give([{ type: 'status', session_id: failing, status: 'active' }], updated(failing, { status: 'running' }));
  });

  it('subscribed to one task hears that one, with what it writes, and a new subscription replaces the old', async () => {
    const [one, other] = [await session(hub, { id: newId('TASK') }), await session(hub, { id: newId('TASK') })];
    const client = await subscribed(hub, one);
    await commands(hub, { type: 'output', session_id: other, text: 'not mine' }, { type: 'output', session_id: one, stream: 'assistant', text: 'Done.' },
      { type: 'output', session_id: one, text: 'ok 1', stream: 'stdout' }, { type: 'output', session_id: one, text: 'grep', stream: 'tool' },
      { type: 'output', session_id: one, text: 'no such file', stream: 'stderr' });
    const line = (type, content) => event('transcript', one, { phase: '', iteration: 1, type, content, timestamp: 'T' });
    await told(client, [line('response', 'Done.'), line('chunk', 'ok 1'), line('tool', 'grep'), line('error', 'no such file')]);
    assert.equal(client.aggregates().length, 0);

    assert.deepEqual(await client.ask({ type: 'subscribe', task_id: other }), { type: 'subscribed', task_id: other });
    const heard = client.frames.length;
    await commands(hub, { type: 'output', session_id: one, text: 'unheard' }, { type: 'update', session_id: other, name: 'Other' });
    await client.get((frame) => frame.event === 'task_updated' && frame.task_id === other);
    await client.settled();
    assert.ok(!client.frames.slice(heard).some((frame) => frame.task_id === one));

    client.unsubscribe();
    await client.settled();
    const silent = client.tasks().length;
    await commands(hub, { type: 'update', session_id: other, name: 'Unheard' });
    await client.settled();
    assert.equal(client.tasks().length, silent);
  });

  it('is answered what orc answered to what is wrong, and never dropped', async () => {
    const task = await session(hub, { id: newId('TASK') });
    const client = await subscribed(hub, task);
    const wrong = async (message) => {
      const { type, ...rest } = await client.ask(message);
      assert.equal(type, 'error');
      assert.deepEqual(Object.keys(rest), ['error']);
      return rest.error;
    };
    for (const garbage of ['hello', '1', '[]', 'null', '"ping"', '{"type":5}', '{"type":"subscribe","task_id":7}', '{"type":"subscribe","task_id":"\\ud800"}', '']) {
      assert.equal(await wrong(garbage), 'invalid message format', garbage);
    }
    assert.equal(await wrong({ type: 'dance' }), 'unknown message type: dance');
    assert.equal(await wrong({}), 'unknown message type: ');
    assert.equal(await wrong({ type: 'subscribe' }), 'task_id required for subscribe (use "*" for all tasks)');
    assert.equal(await wrong({ type: 'command', action: 'pause' }), 'task_id required for command');
    assert.equal(await wrong({ type: 'command', task_id: task, action: 'explode' }), 'unknown action: explode');
    assert.equal(await wrong({ type: 'command', task_id: 'TASK-none', action: 'pause' }), 'task TASK-none does not exist');
    assert.equal(await wrong({ type: 'subscribe', task_id: 'TASK-none' }), 'task TASK-none does not exist');
    assert.equal(await wrong({ type: 'subscribe', task_id: 'no such id' }), 'task no such id does not exist');
    for (let i = 0; i < 30; i++) await wrong(Buffer.from([0xff, i]));

    // Who was refused keeps what it had.
    await commands(hub, { type: 'update', session_id: task, name: 'Still heard' });
    await client.get((frame) => frame.event === 'task_updated' && frame.data.title === 'Still heard');
    assert.deepEqual(client.statuses, ['connecting', 'connected']);
  });

  it('is answered its ping by a pong, of which it warns by itself', async () => {
    const client = await subscribed(hub, '*');
    assert.deepEqual(await client.ask({ type: 'ping' }), { type: 'pong' });
    assert.deepEqual(client.warnings, [{ type: 'pong' }]);
  });

  it('that disconnects on purpose comes back by itself after 1 s: it costs a subscription, and nothing else', async () => {
    const client = await subscribed(hub, '*');
    client.disconnect();
    await eventually('it is back', () => client.count('subscribed') === 2);
    await eventually('it has the state', () => client.aggregates().length >= 2);
  });

  it('has its session over HTTP, with the same figures', async () => {
    const task = await session(hub, { id: newId('TASK') });
    await commands(hub, { type: 'start_task', session_id: task, task_id: 'a' }, { type: 'start_task', session_id: task, task_id: 'b' });
    const asked = async () => {
      const response = await fetch(`${hub.url}/api/session`);
      assert.equal(response.status, 200);
      return response.json();
    };
    const before = await asked();
    assert.deepEqual(Object.keys(before), ['session_id', 'started_at', 'duration_seconds', 'total_tokens', 'input_tokens', 'output_tokens',
      'estimated_cost_usd', 'tasks_completed', 'tasks_running', 'is_paused']);
    assert.match(before.session_id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    assert.match(before.started_at, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    await commands(hub, { type: 'complete_task', session_id: task, task_id: 'a' }, { type: 'complete_task', session_id: task, task_id: 'b', outcome: 'failed' },
      { type: 'usage', session_id: task, input_tokens: 7, output_tokens: 3, cost_usd: 0.25 });
    const now = await asked();
    assert.equal(now.tasks_completed, before.tasks_completed + 1);
    assert.equal(now.tasks_running, before.tasks_running - 2);
    assert.equal(now.total_tokens, before.total_tokens + 10);
    assert.equal(now.session_id, before.session_id);
    const client = await subscribed(hub, '*');
    await eventually('it has the state', () => client.aggregates().length > 0);
    const { session_id: id, started_at: started, tasks_completed: done, ...figures } = now;
    assert.deepEqual({ ...client.aggregates()[0].data, duration_seconds: 0 }, { ...figures, duration_seconds: 0 });
  });

  it('that does not read is told the state of its task anew, in the events that it knows, and nobody else misses anything', async () => {
    const task = await session(hub, { id: newId('TASK'), name: 'Chatty' });
    const [slow, healthy] = [await subscribed(hub, task), await subscribed(hub, task)];
    slow.socket().pause();
    const rounds = 60;
    for (let round = 0; round < rounds; round++) {
      await commands(hub, ...Array.from({ length: 50 }, () => ({ type: 'output', session_id: task, text: 'x'.repeat(8_000) })));
    }
    await commands(hub, { type: 'update', session_id: task, name: 'Chatted' });
    const last = (frame) => frame.event === 'task_updated' && frame.data.title === 'Chatted';
    await healthy.get(last);
    assert.equal(healthy.tasks().length, rounds * 50 + 1);
    slow.socket().resume();
    await slow.get(last);
    assert.ok(slow.tasks().length < rounds * 50);
    const state = slow.tasks().findLast(last);
    assert.ok(['running', undefined].includes(state.data.status));
  });
});

describe("orc's web client, switched off or without a place", { timeout: 300_000 }, () => {
  it('finds nothing where it is switched off, and everything else works', async () => {
    const hub = await startHub({ env: { ROLLCALL_ORC: 'false' } });
    try {
      assert.equal((await fetch(`${hub.url}/api/session`)).status, 404);
      assert.equal((await fetch(`${hub.url}/api/ws`)).status, 404);
      await session(hub);
    } finally {
      await hub.remove();
    }
  });

  it('is closed with 1012 when the hub stops, and comes back', async () => {
    const hub = await startHub();
    const client = orc(hub);
    try {
      const closes = [];
      client.setPrimarySubscription('*');
      client.connect();
      client.socket().on('close', (code) => closes.push(code));
      await client.get((frame) => frame.event === 'session_update');
      await hub.stop();
      await eventually('it is closed', () => closes.length > 0);
      assert.deepEqual(closes, [1012]);
      assert.deepEqual(client.frames.map((frame) => frame.event ?? frame.type), ['subscribed', 'session_update']);
      await hub.restart();
      await client.comesBack('it is back', () => client.count('subscribed') === 2);
    } finally {
        await hub.remove();
    }
  });
});
