import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { commands, newId, session } from './api.mjs';
import { startHub } from './hub.mjs';
import { raw } from './raw.mjs';

const isClose = (joinRef) => (frame) => frame[3] === 'phx_close' && frame[0] === joinRef;

describe('Frames', () => {
  let hub;
  let id;
  before(async () => {
    hub = await startHub();
    id = await session(hub);
  });
  after(() => hub.remove());

  it('a heartbeat is answered at once', async () => {
    const socket = await raw(hub);
    assert.deepEqual(await socket.ask([null, '7', 'phoenix', 'heartbeat', {}]),
      [null, '7', 'phoenix', 'phx_reply', { status: 'ok', response: {} }]);
    socket.close();
  });

  it('a join is answered with its own refs, epoch, seq and snapshot', async () => {
    const socket = await raw(hub);
    const [joinRef, ref, topic, event, { status, response }] = await socket.ask(['4', '4', 'sessions', 'phx_join', {}]);
    assert.deepEqual([joinRef, ref, topic, event, status], ['4', '4', 'sessions', 'phx_reply', 'ok']);
    assert.equal(response.resumed, false);
    assert.ok(response.epoch.length > 0 && response.seq > 0);
    assert.ok(response.snapshot.sessions.some((row) => row.id === id));
    socket.close();
  });

  it('a join without a snapshot gets none', async () => {
    const socket = await raw(hub);
    const [, , , , { response }] = await socket.ask(['1', '1', 'sessions', 'phx_join', { snapshot: false }]);
    assert.equal(response.snapshot, null);
    socket.close();
  });

  it('a broadcast has neither join_ref nor ref, and the same text for everyone', async () => {
    const sockets = [await raw(hub), await raw(hub)];
    await Promise.all(sockets.map((socket, i) => socket.ask([`${i}`, `${i}`, 'sessions', 'phx_join', {}])));
    const texts = sockets.map((socket) => new Promise((resolve) => {
      socket.socket.on('message', (data) => { if (data.includes('session_updated')) resolve(data.toString()); });
    }));
    await commands(hub, { type: 'update', session_id: id, name: newId('name') });
    const [one, other] = await Promise.all(texts);
    assert.equal(one, other);
    assert.ok(one.startsWith('[null,null,"sessions","session_updated",{'), one);
    sockets.forEach((socket) => socket.close());
  });

  it('a join of a joined topic is answered first, then the old one is closed', async () => {
    const socket = await raw(hub);
    await socket.ask(['1', '1', 'sessions', 'phx_join', {}]);
    socket.send(['2', '2', 'sessions', 'phx_join', {}]);
    await socket.get(isClose('1'), 'the old join is closed');
    const names = socket.frames.map((frame) => `${frame[0]} ${frame[3]}`);
    assert.ok(names.indexOf('2 phx_reply') < names.indexOf('1 phx_close'), names.join());
    assert.deepEqual(socket.frames.find(isClose('1')), ['1', '1', 'sessions', 'phx_close', {}]);
    await commands(hub, { type: 'update', session_id: id, name: newId('name') });
    await socket.get((frame) => frame[3] === 'session_updated');
    await socket.settled();
    assert.equal(socket.frames.filter((frame) => frame[3] === 'session_updated').length, 1);
    socket.close();
  });

  it('a push with a stale join_ref is ignored, one without any is accepted', async () => {
    const socket = await raw(hub);
    await socket.ask(['5', '5', `session:${id}`, 'phx_join', {}]);
    socket.send(['3', '6', `session:${id}`, 'cancel', {}]);
    const answer = await socket.ask([null, '7', `session:${id}`, 'cancel', {}]);
    assert.equal(answer[4].response.code, 'no_owner');
    assert.ok(!socket.frames.some((frame) => frame[1] === '6'));
    socket.close();
  });

  it('a leave with a stale join_ref leaves the topic joined', async () => {
    const socket = await raw(hub);
    await socket.ask(['5', '5', 'sessions', 'phx_join', {}]);
    socket.send(['3', '6', 'sessions', 'phx_leave', {}]);
    await socket.settled();
    await commands(hub, { type: 'update', session_id: id, name: newId('name') });
    await socket.get((frame) => frame[3] === 'session_updated', 'the topic is still heard');
    socket.close();
  });

  it('a push to a topic that is not joined is answered: unmatched topic', async () => {
    const socket = await raw(hub);
    const [joinRef, , , , { status, response }] = await socket.ask(['1', '2', 'sessions', 'send_message', {}]);
    assert.deepEqual([joinRef, status, response.reason], [null, 'error', 'unmatched topic']);
    socket.close();
  });

  it('a join of a topic that does not exist is refused and closed', async () => {
    const socket = await raw(hub);
    const answer = await socket.ask(['1', '1', 'nonsense', 'phx_join', {}]);
    assert.equal(answer[4].status, 'error');
    assert.equal(answer[4].response.reason, 'unmatched topic');
    await socket.get(isClose('1'));
    socket.close();
  });

  it('a leave is answered and closed; of a topic that is not joined it is only answered', async () => {
    const socket = await raw(hub);
    await socket.ask(['11', '11', 'sessions', 'phx_join', {}]);
    assert.deepEqual(await socket.ask(['11', '13', 'sessions', 'phx_leave', {}]),
      ['11', '13', 'sessions', 'phx_reply', { status: 'ok', response: {} }]);
    assert.deepEqual(await socket.get(isClose('11')), ['11', '11', 'sessions', 'phx_close', {}]);
    const before = socket.frames.length;
    await socket.ask(['11', '14', 'sessions', 'phx_leave', {}]);
    await socket.settled();
    assert.equal(socket.frames.slice(before).filter((frame) => frame[3] === 'phx_close').length, 0);
    await commands(hub, { type: 'update', session_id: id, name: newId('name') });
    await socket.settled();
    assert.ok(!socket.frames.some((frame) => frame[3] === 'session_updated'));
    socket.close();
  });

  it('trailing items are tolerated', async () => {
    const socket = await raw(hub);
    assert.equal((await socket.ask([null, '1', 'phoenix', 'heartbeat', {}, 'more', { and: 'more' }]))[4].status, 'ok');
    socket.close();
  });

  it('a binary push is answered', async () => {
    const socket = await raw(hub);
    await socket.ask(['4', '4', `session:${id}`, 'phx_join', {}]);
    const parts = ['4', '6', `session:${id}`, 'bin'].map((text) => Buffer.from(text));
    socket.send(Buffer.concat([Buffer.from([0, ...parts.map((part) => part.length)]), ...parts, Buffer.from([1, 2, 3])]));
    const [joinRef, , topic, , { status }] = await socket.reply('6');
    assert.deepEqual([joinRef, topic, status], ['4', `session:${id}`, 'error']);
    socket.close();
  });

  it('a text that is not JSON, not an array or too short is answered with invalid_request, and the socket stays open', async () => {
    const socket = await raw(hub);
    for (const text of ['hello', '{"topic":"sessions"}', '[1,2]', '["1","1","sessions"]', '[1,2,3,4,{}]', '']) {
      const before = socket.frames.length;
      socket.send(text);
      await socket.get((frame) => socket.frames.indexOf(frame) >= before && frame[4].response.code === 'invalid_request', text);
    }
    await socket.settled();
    socket.close();
  });

  it('a payload that is no object is answered with invalid_request and its own ref, and the join is closed', async () => {
    const socket = await raw(hub);
    for (const [i, payload] of [[], 'text', 7, null].entries()) {
      const [, , topic, , { status, response }] = await socket.ask([`p${i}`, `p${i}`, 'sessions', 'phx_join', payload]);
      assert.deepEqual([topic, status, response.code], ['sessions', 'error', 'invalid_request']);
      await socket.get(isClose(`p${i}`));
    }
    socket.close();
  });

  it('a client that keeps sending what is not Phoenix is closed with 1008', async () => {
    const socket = await raw(hub);
    for (let i = 0; i < 10; i++) socket.send('not phoenix');
    assert.equal((await socket.closed()).code, 1008);
  });

  it('a join with a field of a wrong type is refused and names it', async () => {
    const socket = await raw(hub);
    const wrong = { after: 'x', events: 'session_status', snapshot: 1, role: 'boss', epoch: 3 };
    for (const [name, value] of Object.entries(wrong)) {
      const [, , , , { status, response }] = await socket.ask([name, name, 'sessions', 'phx_join', { [name]: value }]);
      assert.deepEqual([status, response.code], ['error', 'invalid_request']);
      assert.match(response.message, new RegExp(`^${name}`));
      await socket.get(isClose(name));
    }
    socket.close();
  });
});
