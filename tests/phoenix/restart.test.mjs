import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it } from 'node:test';
import { commands, log, OF_SESSIONS, seqs, session } from './api.mjs';
import { eventually } from './eventually.mjs';
import { startHub } from './hub.mjs';
import { connect, join, VERSIONS } from './official.mjs';

for (const version of Object.keys(VERSIONS)) {
  describe(`phoenix ${version}, when the hub is killed`, () => {
    it('resumes by its cursor with no gap and no repeat', async () => {
      const hub = await startHub();
      const client = connect(hub, version);
      try {
        const id = await session(hub, { project: 'kept' });
        const topics = ['sessions', `session:${id}`, 'project:kept', '*'].map((topic) => join(client, topic));
        await Promise.all(topics.map((topic) => topic.joined));
        const epoch = topics[0].replies[0].epoch;
        let stop = false;
        let reported = 0;
        const load = (async () => {
          for (let i = 0; !stop; i++) {
            await commands(hub,
              { type: 'update', session_id: id, name: `n${i}` }, { type: 'output', session_id: id, text: `line ${i}` },
              { type: 'create', session_id: `${id}-${i}`, project: 'kept' }, { type: 'terminate', session_id: `${id}-${i}` })
              .then(() => { reported += 1; }, () => sleep(20));
            await sleep(3);
          }
        })();
        const more = async () => {
          const enough = reported + 8;
          await sleep(400);
          await eventually('more was reported', () => reported >= enough);
        };
        for (let kill = 0; kill < 3; kill++) {
          await more();
          await hub.kill();
          await hub.restart();
          await eventually('every topic is joined again', () => topics.every((topic) => topic.replies.length === kill + 2));
        }
        await more();
        stop = true;
        await load;
        const told = await log(hub);
        await eventually('the last event is heard', () => topics.every((topic) => topic.cursor.after >= told.findLast((entry) =>
          entry.event === 'session_updated').seq), { seen: () => topics.map((topic) => topic.cursor) });
        const ofOwn = (entry) => entry.payload.session_id === id && entry.event !== 'session_created';
        const expected = [
          (entry) => OF_SESSIONS.includes(entry.event), ofOwn,
          (entry) => OF_SESSIONS.includes(entry.event), (entry) => entry.event !== 'stream_output'];
        topics.forEach((topic, i) => {
          const wanted = told.filter((entry) => entry.seq > topic.replies[0].seq && expected[i](entry) && entry.seq <= topic.cursor.after);
          assert.deepEqual(topic.seqs(), wanted.map((entry) => entry.seq), topic.channel.topic);
          const byName = new Map(wanted.map((entry) => [entry.seq, entry]));
          for (const { event, payload } of topic.events.filter(({ payload: { seq } }) => seq > 0)) {
            assert.deepEqual({ event, payload }, { event: byName.get(payload.seq).event, payload: byName.get(payload.seq).payload });
          }
          assert.ok(topic.replies.slice(1).every((reply) => reply.resumed && reply.snapshot === null && reply.epoch === epoch));
        });
        assert.ok(seqs(told, 'session_updated').length > 20);
      } finally {
        client.socket.disconnect();
        await hub.remove();
      }
    });

    it('gets a snapshot when the hub comes back with another log', async () => {
      const hub = await startHub();
      const client = connect(hub, version);
      try {
        await session(hub);
        const topic = join(client, 'sessions', { epoch: 'of-another-log', after: 3 });
        const reply = await topic.joined;
        assert.equal(reply.resumed, false);
        assert.equal(reply.snapshot.sessions.length, 1);
      } finally {
        client.socket.disconnect();
        await hub.remove();
      }
    });
  });

  describe(`phoenix ${version}, when the hub is stopped`, () => {
    it('is told when to come back, closed with 1012, and joined again after the restart', async () => {
      const hub = await startHub();
      const client = connect(hub, version);
      try {
        await session(hub);
        const told = [];
        client.socket.onMessage(({ topic, event, payload }) => { if (topic === 'phoenix') told.push([event, payload]); });
        const topic = join(client, 'sessions');
        await topic.joined;
        await hub.stop();
        assert.equal(hub.exitCode(), 0, hub.log());
        await eventually('it is closed', () => client.closes.length > 0);
        assert.equal(client.closes[0], 1012);
        assert.ok(!client.closes.includes(1000));
        const [, { reconnect_after_ms: wait }] = told.find(([event]) => event === 'reconnect_after_ms');
        assert.ok(wait >= 0 && wait <= 5_000);
        await hub.restart();
        await eventually('it is joined again', () => topic.replies.length === 2);
        assert.equal(topic.replies[1].resumed, true);
      } finally {
        client.socket.disconnect();
        await hub.remove();
      }
    });
  });
}
