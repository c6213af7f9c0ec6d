import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { commands, session } from './api.mjs';
import { eventually } from './eventually.mjs';
import { startHub } from './hub.mjs';
import { raw } from './raw.mjs';

const join = (ref, topic) => [ref, ref, topic, 'phx_join', {}];

/** Some 24 MB of updates: more than the hub keeps for anybody, and than the kernel takes for a socket nobody reads. */
async function flood(hub, id, rounds = 60) {
  for (let round = 0; round < rounds; round++) {
    const answers = await commands(hub, ...Array.from({ length: 50 }, (_, i) => (
      { type: 'update', session_id: id, metadata: { round: round * 50 + i, filling: 'x'.repeat(8000) } })));
    assert.ok(answers.every((answer) => answer.ok));
  }
  return rounds * 50 - 1;
}

/** The session's round as a watcher knows it that applies what it hears. */
function known(frames, id) {
  let round;
  for (const [, , , event, payload] of frames) {
    const state = event === 'resync' ? payload : event === 'phx_reply' ? payload.response : undefined;
    const row = state?.snapshot?.sessions?.find((each) => each.id === id);
    if (row) round = row.metadata.round;
    if (event === 'session_updated' && payload.session_id === id) round = payload.metadata?.round ?? round;
  }
  return round;
}

describe('A watcher that does not read', { timeout: 300_000 }, () => {
  let hub;
  afterEach(() => hub.remove());

  it('is told the state anew once it reads again, and ends equal to the hub; nobody else misses anything', async () => {
    // A busy machine may take longer for the flood than anybody may stall or be silent.
    hub = await startHub({ env: { ROLLCALL_MAX_STALL: '1h', ROLLCALL_MAX_SILENCE: '1h' } });
    const id = await session(hub);
    const slow = await raw(hub);
    const healthy = await raw(hub);
    await slow.ask(join('1', 'sessions'));
    await healthy.ask(join('1', 'sessions'));

    slow.socket.pause();
    const last = await flood(hub, id);
    await eventually('the healthy one has heard all', () => known(healthy.frames, id) === last);
    assert.equal(healthy.frames.filter((frame) => frame[3] === 'session_updated').length, last + 1);
    assert.ok(!healthy.frames.some((frame) => frame[3] === 'resync'));

    slow.socket.resume();
    const resync = await slow.get((frame) => frame[3] === 'resync', 'the slow one is resynced');
    assert.deepEqual([resync[0], resync[1], resync[2], resync[4].resumed], ['1', null, 'sessions', false]);
    await eventually('the slow one ends equal to the hub', () => known(slow.frames, id) === last);
    assert.ok(slow.frames.filter((frame) => frame[3] === 'session_updated').length < last + 1);
    slow.close();
    healthy.close();
  });

  it('is closed with 1013 when it goes on so for longer than 10 s', async () => {
    // Whenever it reads again, it hears why.
    hub = await startHub({ env: { ROLLCALL_STALL_LINGER: '10m', ROLLCALL_MAX_SILENCE: '1h' } });
    const id = await session(hub);
    const stuck = await raw(hub);
    await stuck.ask(join('1', 'sessions'));
    stuck.socket.pause();
    await flood(hub, id);
    await new Promise((resolve) => { setTimeout(resolve, 12_500); });
    stuck.socket.resume();
    assert.equal((await stuck.closed()).code, 1013);
  });
});
