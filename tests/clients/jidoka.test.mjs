import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { commands, newId, session } from '../phoenix/api.mjs';
import { eventually } from '../phoenix/eventually.mjs';
import { startHub } from '../phoenix/hub.mjs';
import { endAll, jidoka } from './jidoka.mjs';
import { owner } from './owner.mjs';
import { timeless } from './times.mjs';

const ALL = 'jido.client.events';
const own = (id) => `jido.client.session.${id}`;
const status = (id, now, previous, error) => ['session_status', {
  session_id: id, status: now, previous_status: previous, updated_at: 'T', ...(error === undefined ? {} : { error }),
}];
const created = (id, metadata = {}) => ['session_created', { session_id: id, metadata }];
const ended = (id) => ['session_terminated', { session_id: id }];
const agent = (id, now, message) => ['agent_status', { agent_name: id, status: now, ...(message ? { message } : {}), timestamp: 'T' }];

async function told(client, topic, expected) {
  await eventually(`${expected.length} messages on ${topic}`, () => client.of(topic).length >= expected.length, { every: 4, seen: () => client.of(topic) });
  await client.settled();
  assert.deepEqual(client.of(topic).map(timeless), expected);
}

const give = async (hub, ...given) => {
  for (const answer of await commands(hub, ...given)) assert.ok(answer.ok, JSON.stringify(answer));
};

after(endAll);

describe("Jidoka's subscriber", { timeout: 300_000 }, () => {
  let hub;
  // A busy machine may take longer to write what nobody reads than anybody may stall or be silent.
  before(async () => { hub = await startHub({ env: { ROLLCALL_OWNER_GRACE: '100ms', ROLLCALL_MAX_STALL: '1h', ROLLCALL_MAX_SILENCE: '1h' } }); });
  after(() => hub.remove());

  it('sees the life of three sessions with a wait, a pause, an error, a crash and a hub that is killed, every message as documented and in its order', async () => {
    const [plain, failing, crashing] = [newId('session_p'), newId('session_f'), newId('session_c')];
    const client = jidoka(hub);
    await client.subscribe(ALL);

    await give(hub, { type: 'create', session_id: plain, metadata: { team: 'core' } });
    const all = [status(plain, 'active', 'initializing'), created(plain, { team: 'core' })];
    await told(client, ALL, all);
    await client.subscribe(own(plain));
    await give(hub, { type: 'status', session_id: plain, status: 'waiting', waiting_for: 'question', waiting_text: 'Which branch?' });
    await give(hub, { type: 'status', session_id: plain, status: 'active' });
    await give(hub, { type: 'pause', session_id: plain }, { type: 'resume', session_id: plain });
    await give(hub, { type: 'output', session_id: plain, stream: 'assistant', text: 'Done.' }, { type: 'output', session_id: plain, stream: 'stdout', text: 'ok 1' });
    await give(hub, { type: 'status', session_id: plain, status: 'idle' });
    await give(hub, { type: 'terminate', session_id: plain });
    await told(client, own(plain), [
      agent(plain, 'waiting', 'Which branch?'), agent(plain, 'paused'), agent(plain, 'resumed'),
      ['conversation_added', { session_id: plain, role: 'assistant', content: 'Done.', timestamp: 'T' }],
      status(plain, 'idle', 'active'), status(plain, 'terminating', 'idle'), status(plain, 'terminated', 'terminating')]);
    all.push(status(plain, 'idle', 'active'), status(plain, 'terminating', 'idle'), status(plain, 'terminated', 'terminating'), ended(plain));
    await told(client, ALL, all);

    // A life that begins idle is told by the steps of Jidoka's own table.
    await give(hub, { type: 'create', session_id: failing, status: 'idle' });
    await client.subscribe(own(failing));
    await give(hub, { type: 'status', session_id: failing, status: 'active' });
    await give(hub, { type: 'status', session_id: failing, status: 'error', error_message: 'no credit' });
    await give(hub, { type: 'status', session_id: failing, status: 'active' });
    const failure = [status(failing, 'active', 'idle'), status(failing, 'idle', 'active', 'no credit'), status(failing, 'active', 'idle')];
    await told(client, own(failing), failure);
    all.push(status(failing, 'active', 'initializing'), created(failing), status(failing, 'idle', 'active'), ...failure);
    await told(client, ALL, all);

    // A crash: two legal transitions with the error, and then the end.
    await give(hub, { type: 'create', session_id: crashing });
    await client.subscribe(own(crashing));
    (await owner(hub, crashing)).vanish();
    await eventually('the crash is told', () => client.of(ALL).some(([name, { session_id: id }]) => name === 'session_terminated' && id === crashing));
    await eventually('its own topic tells it, too', () => client.of(own(crashing)).length > 0);
    const why = client.of(own(crashing))[0][1].error;
    assert.ok(why.length > 0);
    const crash = [status(crashing, 'terminating', 'active', why), status(crashing, 'terminated', 'terminating', why)];
    await told(client, own(crashing), crash);
    all.push(status(crashing, 'active', 'initializing'), created(crashing), ...crash, ended(crashing));
    await told(client, ALL, all);

    // The hub is killed: the client comes back by itself and joins what it had joined.
    await hub.kill();
    await hub.restart();
    await eventually('it has joined again', () => [ALL, own(failing)].every((topic) => client.joins(topic) === 2), { within: 60_000 });
    await give(hub, { type: 'terminate', session_id: failing });
    const end = [status(failing, 'terminating', 'active'), status(failing, 'terminated', 'terminating')];
    all.push(...end, ended(failing));
    await told(client, ALL, all);
    await told(client, own(failing), [...failure, ...end]);
  });

  it('hears of its session only, and nothing of the hub’s own words', async () => {
    const [mine, other] = [await session(hub), await session(hub)];
    const client = jidoka(hub, { params: { token: 'of-another-server' } });
    await client.subscribe(own(mine));
    await give(hub, { type: 'status', session_id: other, status: 'idle' }, { type: 'start_task', session_id: mine, task_id: 't' },
      { type: 'usage', session_id: mine, input_tokens: 5 }, { type: 'update', session_id: mine, name: 'Named' }, { type: 'status', session_id: mine, status: 'idle' });
    await told(client, own(mine), [status(mine, 'idle', 'active')]);
    assert.equal(client.messages.length, 1);
  });

  it('is refused by Phoenix’s own error for a session that is not there, and goes on', async () => {
    const client = jidoka(hub);
    const { status: answer, response } = await client.refusal(own('session_none'));
    assert.deepEqual([answer, response.code], ['error', 'not_found']);
    assert.equal((await client.refusal('jido.signal.x')).response.reason, 'unmatched topic');
    assert.equal((await client.refusal(own('no such id'))).response.reason, 'unmatched topic');
    await client.subscribe(ALL);
  });

  it('finds a session as soon as it hears of it', async () => {
    const client = jidoka(hub);
    await client.subscribe(ALL);
    const id = newId('session');
    const found = eventually('it is told', () => client.messages.length > 0, { every: 1 })
      .then(() => fetch(`${hub.url}/api/v1/sessions/${client.messages[0].payload.session_id}`));
    await give(hub, { type: 'create', session_id: id });
    assert.equal((await found).status, 200);
  });

  it('that does not read is told each session’s status anew, and ends right', async () => {
    const [loud, quiet] = [await session(hub), await session(hub)];
    const client = jidoka(hub);
    await client.subscribe(ALL);
    client.socket().pause();
    const flips = Array.from({ length: 200 }, (_, i) => ({ type: 'status', session_id: loud, status: i % 2 ? 'active' : 'idle' }));
    for (let round = 0; round < 150; round++) await give(hub, ...flips);
    await give(hub, { type: 'status', session_id: quiet, status: 'idle' }, { type: 'status', session_id: loud, status: 'idle' });
    client.socket().resume();
    const known = (id) => client.of(ALL).findLast(([name, payload]) => name === 'session_status' && payload.session_id === id)?.[1].status;
    await eventually('it ends right', () => known(loud) === 'idle' && known(quiet) === 'idle');
    await client.settled();
    assert.ok(client.of(ALL).length < 150 * 200);
    const repeated = client.of(ALL).filter(([, payload]) => payload.status === payload.previous_status).map(([, payload]) => payload.session_id);
    assert.ok(repeated.includes(loud) && repeated.includes(quiet));
  });
});

describe("Jidoka's subscriber, switched off", { timeout: 300_000 }, () => {
  it('finds no such topic', async () => {
    const hub = await startHub({ env: { ROLLCALL_JIDOKA: 'false' } });
    const client = jidoka(hub);
    try {
      assert.equal((await client.refusal(ALL)).response.reason, 'unmatched topic');
    } finally {
        await hub.remove();
    }
  });
});
