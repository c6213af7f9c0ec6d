// permessage-deflate with a client that has it built in.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { commands, session } from './api.mjs';
import { startHub } from './hub.mjs';
import { raw } from './raw.mjs';

const join = (ref, topic, payload = {}) => [ref, ref, topic, 'phx_join', payload];

describe('A client that offers compression', () => {
  let hub;
  before(async () => { hub = await startHub(); });
  after(() => hub.remove());

  it('hears the same as one that does not, in fewer bytes', async () => {
    const counter = await raw(hub);
    await counter.ask(join('1', 'sessions', { events: ['session_event'], snapshot: false }));
    const ids = await Promise.all(Array.from({ length: 30 }, () => session(hub)));

    // Their number is in the state, too, once it was told.
    await counter.get((frame) => frame[3] === 'session_event' && frame[4].current_count === ids.length);
    counter.close();
    const packed = await raw(hub, { perMessageDeflate: { threshold: 0 } });
    const plain = await raw(hub);
    assert.match(packed.socket.extensions, /permessage-deflate/);
    assert.equal(plain.socket.extensions, '');
    const states = await Promise.all([packed, plain].map((each) => each.ask(join('1', 'sessions', { events: ['session_updated'] }))));
    assert.deepEqual(states[0], states[1]);

    await commands(hub, ...ids.map((id, i) => ({ type: 'update', session_id: id, name: `Renamed to number ${i}`, metadata: { i } })));
    const last = (frame) => frame[3] === 'session_updated' && frame[4].session_id === ids.at(-1);
    await Promise.all([packed, plain].map((each) => each.get(last)));
    assert.deepEqual(packed.frames, plain.frames);
    const [less, more] = [packed, plain].map((each) => each.socket._socket.bytesRead);
    assert.ok(less < more / 2, `${less} bytes are not less than half of ${more}`);
    packed.close();
    plain.close();
  });

  it('may compress what it sends, up to the limit of a message', async () => {
    const socket = await raw(hub, { perMessageDeflate: { threshold: 0 } });
    const beat = (ref, size) => [null, ref, 'phoenix', 'heartbeat', { x: 'y'.repeat(size) }];
    await socket.ask(beat('small', 10));
    await socket.ask(beat('large', 60_000));
    socket.send(beat('too large', 70_000));
    assert.equal((await socket.closed()).code, 1009);
  });
});
