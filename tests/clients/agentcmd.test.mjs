import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { commands, newId, session, token } from '../phoenix/api.mjs';
import { eventually } from '../phoenix/eventually.mjs';
import { startHub } from '../phoenix/hub.mjs';
import { JWT, agentcmd, connected, endAll } from './agentcmd.mjs';
import { owner } from './owner.mjs';
import { timeless } from './times.mjs';

const on = (id, type, data) => ({ channel: `session:${id}`, type, data });
const updated = (id, fields) => on(id, 'session_updated', { sessionId: id, ...fields, updated_at: 'T' });
const state = (id, now, error = '') => updated(id, { state: now, error_message: error });
const all = (id, now, { error = '', metadata = { totalTokens: 0 }, name = '' } = {}) => updated(id, { state: now, error_message: error, metadata, name });
const failed = (id, error, code) => on(id, 'error', { error, sessionId: id, ...(code ? { code } : {}) });
const acknowledged = (channel) => ({ channel: 'global', type: 'subscription_success', data: { channel } });
const denied = (channel, error) => ({ channel: 'global', type: 'subscription_error', data: { channel, error } });

/** A frame with `T` in the place of every time; a `timestamp` is milliseconds since 1970 in this protocol. */
const stripped = (frame) => timeless(JSON.parse(JSON.stringify(frame), (key, value) => {
  if (key !== 'timestamp') return value;
  assert.ok(Number.isInteger(value) && value > 1_700_000_000_000, `timestamp ${value}`);
  return new Date(value).toISOString();
}));

/** Waits for so many frames of sessions, compares every one, and checks that there is no other. */
async function told(client, expected) {
  await eventually(`${expected.length} frames of sessions arrive`, () => client.told().length >= expected.length, { every: 4, seen: () => client.told().slice(-5) });
  await client.settled();
  assert.deepEqual(client.told().map(stripped), expected);
}

after(endAll);

describe("agentcmd's web client", { timeout: 300_000 }, () => {
  let hub;
  // A busy machine may take longer to write what nobody reads than anybody may stall or be silent.
  before(async () => { hub = await startHub({ env: { ROLLCALL_OWNER_GRACE: '100ms', ROLLCALL_MAX_STALL: '1h', ROLLCALL_MAX_SILENCE: '1h' } }); });
  after(() => hub.remove());

  it('sees the life of three sessions with a wait, a pause, an error, a crash and a hub that is killed, every frame as documented', async () => {
    const [built, failing, crashing] = [newId('chat'), newId('chat'), newId('chat')];
    await session(hub, { id: built, status: 'idle', name: 'New', metadata: { messageCount: 1 } });
    await session(hub, { id: failing, status: 'idle' });
    await session(hub, { id: crashing, status: 'idle' });
    const client = await connected(hub, [built, failing, crashing]);
    assert.deepEqual(client.frames.map(stripped), [
      { channel: 'global', type: 'connected', data: { timestamp: 'T', userId: 'local' } },
      ...[built, failing, crashing].flatMap((id) => [
        on(id, 'subscribe_success', { channel: `session:${id}` }),
        id === built ? all(id, 'idle', { metadata: { messageCount: 1, totalTokens: 0 }, name: 'New' }) : all(id, 'idle'),
      ]),
    ]);
    const life = client.told().map(stripped);
    const give = async (given, ...frames) => {
      for (const answer of await commands(hub, ...given)) assert.ok(answer.ok, JSON.stringify(answer));
      life.push(...frames);
      await told(client, life);
    };

    // The first: is sent a message, works, waits for a person, is paused and goes on, is cancelled.
    const program = await owner(hub, built);
    client.send(built, 'Fix the race', { resume: false, permissionMode: 'plan' });
    await eventually('the owner is asked', () => program.asked.includes('send_message'));
    await give([{ type: 'status', session_id: built, status: 'active' }], state(built, 'working'));
    await give([{ type: 'update', session_id: built, name: 'Fix the race' }], updated(built, { name: 'Fix the race' }));
    await give([{ type: 'output', session_id: built, stream: 'assistant', text: 'I look.' }],
      on(built, 'stream_output', { message: { id: `${built}:0`, role: 'assistant', content: [{ type: 'text', text: 'I look.' }], timestamp: 'T' }, sessionId: built }));
    await give([{ type: 'start_task', session_id: built, task_id: 't1' }, { type: 'complete_task', session_id: built, task_id: 't1' }]);
    await give([{ type: 'status', session_id: built, status: 'waiting', waiting_for: 'question', waiting_text: 'Which branch?' }]);
    await give([{ type: 'pause', session_id: built }, { type: 'resume', session_id: built }]);
    await give([{ type: 'status', session_id: built, status: 'active' }]);
    await give([{ type: 'usage', session_id: built, input_tokens: 100, output_tokens: 20 }], updated(built, { metadata: { messageCount: 1, totalTokens: 120 } }));
    await give([{ type: 'message_complete', session_id: built, message_id: 'm1', usage: { input_tokens: 100, output_tokens: 20, cache_read_tokens: 8 } }],
      on(built, 'message_complete', { sessionId: built, messageId: 'm1',
        usage: { inputTokens: 100, outputTokens: 20, totalTokens: 120, cacheCreationTokens: 0, cacheReadTokens: 8 } }));
    client.cancel(built);
    await eventually('the owner is asked', () => program.asked.includes('cancel'));
    await give([{ type: 'message_complete', session_id: built, cancelled: true }, { type: 'status', session_id: built, status: 'idle' }],
      on(built, 'message_complete', { sessionId: built, cancelled: true }), state(built, 'idle'));
    await give([{ type: 'terminate', session_id: built, reason: 'completed' }]);
    program.vanish();

    // The second: fails and lives on, a message of it fails, too.
    await give([{ type: 'status', session_id: failing, status: 'error', error_message: 'no credit' }], state(failing, 'error', 'no credit'));
    await give([{ type: 'error', session_id: failing, error: 'rate limited', code: 'RATE' }], failed(failing, 'rate limited', 'RATE'));
    await give([{ type: 'status', session_id: failing, status: 'active' }], state(failing, 'working'));
    assert.equal(client.shown.get(failing).error_message, '', 'its merge lets the error go');
    await give([{ type: 'terminate', session_id: failing, reason: 'completed' }], state(failing, 'idle'));

    // The third: cancelled in vain, and lost with its owner's connection.
    client.cancel(crashing);
    life.push(failed(crashing, "Cannot cancel session in 'idle' state", 'INVALID_STATE'));
    await told(client, life);
    await give([{ type: 'status', session_id: crashing, status: 'active' }], state(crashing, 'working'));
    client.cancel(crashing);
    life.push(failed(crashing, `no program owns session ${crashing}`, 'CANCEL_FAILED'));
    await told(client, life);
    const doomed = await owner(hub, crashing);
    doomed.vanish();
    await eventually('the crash is told', () => client.shown.get(crashing).state === 'error');
    const crash = client.shown.get(crashing).error_message;
    assert.ok(crash.length > 0);
    life.push(state(crashing, 'error', crash));
    await told(client, life);

    // The hub is killed: the client comes back after 1 s and subscribes to what it has open.
    const before = client.frames.length;
    await hub.kill();
    await hub.restart();
    await client.comesBack('it is subscribed again', () => client.frames.length >= before + 7);
    assert.deepEqual(client.frames.slice(before, before + 7).map((frame) => frame.type),
      ['connected', 'subscribe_success', 'session_updated', 'subscribe_success', 'session_updated', 'subscribe_success', 'session_updated']);
    assert.deepEqual(stripped(client.frames[before + 2]), all(built, 'idle', { metadata: { messageCount: 1, totalTokens: 120 }, name: 'Fix the race' }));
    assert.deepEqual(stripped(client.frames[before + 6]), all(crashing, 'error', { error: crash }));
    assert.equal(client.connections(), 2);
  });

  it('is acknowledged each channel for itself, and hears no more of one that it leaves', async () => {
    const [one, other] = [await session(hub, { id: newId(), project: 'web' }), await session(hub, { id: newId(), project: 'web' })];
    const client = await connected(hub);
    client.say({ channel: 'global', type: 'subscribe', data: { channels: [`session:${one}`, 'session:none', 'project:web', 'nonsense'] } });
    await client.get((frame) => frame.data.channel === 'nonsense');
    assert.deepEqual(client.frames.slice(1).map(stripped), [
      acknowledged(`session:${one}`), all(one, 'working'), acknowledged('project:web'),
      denied('session:none', 'Access denied to session'), denied('nonsense', 'Invalid channel ID format: nonsense')]);
    await commands(hub, { type: 'status', session_id: other, status: 'idle' });
    assert.deepEqual(stripped(await client.get((frame) => frame.data.sessionId === other)), state(other, 'idle'));
    assert.deepEqual(await client.ask({ channel: 'project:web', type: 'unsubscribe' }), acknowledged('project:web'));
    const left = client.frames.length;
    await commands(hub, { type: 'status', session_id: other, status: 'active' });
    await client.settled();
    assert.equal(client.frames.length, left + 1);
  });

  it('is answered what agentcmd answered to what is wrong, on global or to itself alone, and never dropped', async () => {
    const id = await session(hub);
    const [client, other] = [await connected(hub, [id]), await connected(hub, [id])];
    const heard = other.frames.length;
    for (const garbage of ['hello', '1', '[]', 'null', '"ping"', '{"channel":', '{"channel":"global","type":"\\ud800"}', '', Buffer.from([0xff])]) {
      const { data, ...frame } = await client.ask(garbage);
      assert.deepEqual(frame, { channel: 'global', type: 'error' });
      assert.deepEqual(Object.keys(data), ['error', 'message']);
      assert.equal(data.error, 'Failed to process message', String(garbage));
    }
    assert.equal((await client.ask({ channel: 'shell:1', type: 'init', data: {} })).data.error, 'Unknown channel');
    assert.equal((await client.ask({ channel: 'session:a b', type: 'cancel', data: {} })).data.error, 'Invalid session channel');
    assert.deepEqual(await client.ask({ channel: 'global', type: 'subscribe', data: {} }), denied('', 'Invalid subscribe request: channels must be an array'));
    assert.deepEqual(await client.ask(on(id, 'dance', {})), failed(id, 'Unknown session action'));
    assert.deepEqual(await client.ask(on(id, 'send_message', {})), failed(id, 'message is required and must be a text'));
    assert.deepEqual(await client.ask(on(id, 'send_message', { message: 'go on' })), failed(id, `no program owns session ${id}`, 'INVALID_STATE'));
    assert.deepEqual(await client.ask(on('none', 'subscribe', { sessionId: 'none' })), failed('none', 'Session not found', 'SESSION_NOT_FOUND'));
    await other.settled();
    assert.equal(other.frames.length, heard + 1);
    assert.deepEqual(client.closes, []);
  });

  it('beats as long as it is connected, and is answered each time', async () => {
    const client = await connected(hub, [], { pingEvery: 50, pongWithin: 10_000 });
    await eventually('ten beats are answered', () => client.count('pong') >= 10);
    assert.deepEqual(stripped(client.frames.findLast(({ type }) => type === 'pong')), { channel: 'global', type: 'pong', data: { timestamp: 'T' } });
    assert.deepEqual(client.closes, []);
  });

  it('that disconnects on purpose stays away, and what it said before it was connected is said then', async () => {
    const id = await session(hub);
    const client = agentcmd(hub);
    client.load(id);
    client.say({ channel: 'global', type: 'ping', data: { timestamp: 1 } });
    client.connect();
    await client.get((frame) => frame.type === 'subscribe_success');
    assert.deepEqual(client.frames.slice(0, 2).map((frame) => frame.type), ['connected', 'pong']);
    client.disconnect();
    await eventually('it is closed', () => client.closes.length === 1);
    assert.equal(client.connections(), 1);
  });

  it('has its lists over HTTP with its own token, the state in them is what it was told, and a new name is told to every tab', async () => {
    const id = await session(hub, { id: newId(), project: 'lists', cwd: '/src/lists', agent: 'claude-code' });
    const client = await connected(hub, [id]);
    await commands(hub, { type: 'status', session_id: id, status: 'error', error_message: 'no credit' });
    await eventually('it is told', () => client.shown.get(id).state === 'error');
    const get = async (path) => {
      const response = await fetch(hub.url + path, { headers: { authorization: `Bearer ${JWT}` } });
      assert.equal(response.status, 200);
      return (await response.json()).data;
    };
    const project = (await get('/api/projects?include=sessions&sessionLimit=20')).find((one) => one.id === 'lists');
    assert.deepEqual([project.name, project.path, project.sessions.length], ['lists', '/src/lists', 1]);
    const [listed] = project.sessions;
    assert.deepEqual(Object.fromEntries(Object.keys(client.shown.get(id)).map((field) => [field, listed[field] ?? ''])), client.shown.get(id));
    assert.deepEqual(await get('/api/sessions?projectId=lists'), [listed]);
    assert.deepEqual(await get(`/api/projects/lists/sessions/${id}`), listed);
    assert.deepEqual(await get(`/api/projects/lists/sessions/${id}/messages`), []);

    const renamed = await fetch(`${hub.url}/api/sessions/${id}`, {
      method: 'PATCH', headers: { authorization: `Bearer ${JWT}`, 'content-type': 'application/json' }, body: JSON.stringify({ name: 'Renamed' }),
    });
    assert.deepEqual([renamed.status, (await renamed.json()).data.name], [200, 'Renamed']);
    await eventually('every tab is told the name', () => client.shown.get(id).name === 'Renamed');
  });

  it('that does not read is told the state of its session anew, and nobody else misses anything', async () => {
    const id = await session(hub);
    const [slow, healthy] = [await connected(hub, [id]), await connected(hub, [id])];
    slow.socket().pause();
    const rounds = 60;
    for (let round = 0; round < rounds; round++) {
      await commands(hub, ...Array.from({ length: 50 }, () => ({ type: 'output', session_id: id, text: 'x'.repeat(8_000) })));
    }
    await commands(hub, { type: 'update', session_id: id, name: 'Chatted' });
    const last = (frame) => frame.type === 'session_updated' && frame.data.name === 'Chatted';
    await healthy.get(last);
    assert.equal(healthy.count('stream_output'), rounds * 50);
    slow.socket().resume();
    await slow.get(last);
    assert.ok(slow.count('stream_output') < rounds * 50);
    assert.equal(slow.shown.get(id).name, 'Chatted');
  });
});

describe("agentcmd's web client, without a place", { timeout: 300_000 }, () => {
  it('is told on the socket that its token is no longer good, closed with 1008, and stays away', async () => {
    const hub = await startHub();
    try {
      const client = await connected(hub, [], { token: await token(hub, { scopes: ['watch'] }) });
      await hub.stop();
      // No token of the hub outlives it.
      await hub.restart();
      await client.comesBack('it is sent away', () => client.closes.some(([code]) => code === 1008));
      const { data, ...frame } = client.frames.at(-1);
      assert.deepEqual(frame, { channel: 'global', type: 'error' });
      assert.deepEqual(Object.keys(data), ['error', 'message']);
      assert.equal(data.error, 'Authentication failed');
      assert.deepEqual(client.closes.at(-1), [1008, 'Authentication failed']);
      assert.equal(client.connections(), 1);
    } finally {
      await hub.remove();
    }
  });

  it('that never says ping, as its stale closure has it, is pinged by the hub below the messages and hears on', async () => {
    const hub = await startHub({ env: { ROLLCALL_PING_EVERY: '1s', ROLLCALL_MAX_SILENCE: '10s' } });
    try {
      const id = await session(hub);
      const client = await connected(hub, [id], { pingEvery: 3_600_000 });
      let pings = 0;
      client.socket().on('ping', () => { pings += 1; });
      // Far beyond the silence that is borne.
      await eventually('it is pinged', () => pings >= 12, { within: 60_000, seen: () => [pings, client.closes] });
      await commands(hub, { type: 'status', session_id: id, status: 'idle' });
      await eventually('it is told', () => client.shown.get(id).state === 'idle');
      assert.deepEqual(client.closes, []);
      assert.equal(client.count('pong'), 0);
    } finally {
      await hub.remove();
    }
  });

  it('is closed with 1012 when the hub stops, and comes back', async () => {
    const hub = await startHub();
    try {
      const client = await connected(hub);
      await hub.stop();
      await eventually('it is closed', () => client.closes.length > 0);
      assert.equal(client.closes[0][0], 1012);
      await hub.restart();
      await client.comesBack('it is back', () => client.connections() === 2);
    } finally {
      await hub.remove();
    }
  });
});
