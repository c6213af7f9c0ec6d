import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { commands, session } from './api.mjs';
import { eventually } from './eventually.mjs';
import { startHub } from './hub.mjs';
import { raw } from './raw.mjs';

const owning = (id, ref = '1') => [ref, ref, `session:${id}`, 'phx_join', { role: 'owner' }];

describe('The owner of a session', () => {
  let hub;
  before(async () => { hub = await startHub(); });
  after(() => hub.remove());

  it('hears what it is asked under its own join_ref, without a ref', async () => {
    const id = await session(hub);
    const [owner, watcher] = [await raw(hub), await raw(hub)];
    await owner.ask(owning(id, '9'));
    await watcher.ask(['1', '1', `session:${id}`, 'phx_join', {}]);
    assert.equal((await watcher.ask(['1', '2', `session:${id}`, 'send_message', { text: 'hi' }]))[4].status, 'ok');
    assert.deepEqual(await owner.get((frame) => frame[3] === 'send_message'), ['9', null, `session:${id}`, 'send_message', { text: 'hi' }]);
    assert.ok(!watcher.frames.some((frame) => frame[3] === 'send_message'));
    owner.close();
    watcher.close();
  });

  it('is replaced by the next one, whose join closes its channel and not its socket', async () => {
    const id = await session(hub);
    const [first, second] = [await raw(hub), await raw(hub)];
    await first.ask(owning(id));
    await second.ask(owning(id));
    await first.get((frame) => frame[3] === 'phx_close');
    assert.equal((await first.ask(['1', '3', `session:${id}`, 'output', { text: 'x' }]))[4].response.reason, 'unmatched topic');
    assert.equal((await second.ask(['1', '3', `session:${id}`, 'output', { text: 'x' }]))[4].status, 'ok');
    assert.equal(first.isClosed(), false);
    first.close();
    second.close();
  });

  it('cannot own a list, nor a session that has ended', async () => {
    const id = await session(hub);
    await commands(hub, { type: 'terminate', session_id: id });
    const socket = await raw(hub);
    assert.equal((await socket.ask(['1', '1', 'sessions', 'phx_join', { role: 'owner' }]))[4].response.code, 'invalid_request');
    assert.equal((await socket.ask(owning(id, '2')))[4].response.code, 'conflict');
    socket.close();
  });

  it('who leaves gives it up: the next question is answered with no_owner', async () => {
    const id = await session(hub);
    const [owner, watcher] = [await raw(hub), await raw(hub)];
    await owner.ask(owning(id));
    await watcher.ask(['1', '1', `session:${id}`, 'phx_join', {}]);
    await owner.ask(['1', '2', `session:${id}`, 'phx_leave', {}]);
    assert.equal((await watcher.ask(['1', '2', `session:${id}`, 'cancel', {}]))[4].response.code, 'no_owner');
    owner.close();
    watcher.close();
  });

  it('whose connection is lost is no owner at once', async () => {
    const id = await session(hub);
    const [owner, watcher] = [await raw(hub), await raw(hub)];
    await owner.ask(owning(id));
    await watcher.ask(['1', '1', `session:${id}`, 'phx_join', {}]);
    owner.socket.terminate();
    let ref = 1;
    let answer;
    // Without the 30 s that a session without its owner has to live.
    await eventually('the hub has noticed', async () => {
      ref += 1;
      [, , , , answer] = await watcher.ask(['1', `${ref}`, `session:${id}`, 'cancel', {}]);
      return answer.status === 'error';
    }, { within: 20_000 });
    assert.equal(answer.response.code, 'no_owner');
    watcher.close();
  });

  it('whose report is illegal or malformed is told why', async () => {
    const id = await session(hub);
    const owner = await raw(hub);
    await owner.ask(owning(id));
    const answer = async (ref, event, payload) => (await owner.ask(['1', ref, `session:${id}`, event, payload]))[4].response;
    const why = async (...push) => (await answer(...push)).code;
    assert.equal(await why('2', 'status', { status: 'initializing' }), 'invalid_transition');
    assert.equal(await why('3', 'status', { status: 'nonsense' }), 'invalid_request');
    assert.equal(await why('4', 'usage', { input_tokens: 'many' }), 'invalid_request');
    assert.equal((await answer('7', 'update', { name: 5 })).message, 'name must be a string');
    assert.equal(await why('5', 'dance', {}), 'invalid_request');
    assert.equal(await why('6', 'send_message', {}), 'invalid_request');
    owner.close();
  });

  it('cannot speak for another session by naming it in the payload', async () => {
    const [id, other] = [await session(hub), await session(hub)];
    const owner = await raw(hub);
    await owner.ask(owning(id));
    await owner.ask(['1', '2', `session:${id}`, 'update', { session_id: other, name: 'taken over' }]);
    const socket = await raw(hub);
    const [, , , , { response }] = await socket.ask(['1', '1', 'sessions', 'phx_join', {}]);
    assert.equal(response.snapshot.sessions.find((row) => row.id === other).name, null);
    owner.close();
    socket.close();
  });
});
