import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, describe, it } from 'node:test';
import { commands, log, newId, OF_SESSIONS, page, session } from './api.mjs';
import { eventually } from './eventually.mjs';
import { startHub } from './hub.mjs';
import { connect, join } from './official.mjs';
import { stream } from './sse.mjs';

describe('Server-sent events', () => {
  let hub;
  let id;
  before(async () => {
    hub = await startHub();
    id = await session(hub);
  });
  after(() => hub.remove());

  it('begin with reset and the snapshot, and go on with every event and its id', async () => {
    const sse = await stream(hub, 'sessions');
    assert.equal(sse.response.headers.get('content-type'), 'text/event-stream');
    const reset = await sse.get('reset');
    assert.ok(reset.data.snapshot.sessions.some((row) => row.id === id));
    assert.equal(reset.id, `${reset.data.epoch}-${reset.data.seq}`);
    const [{ seq }] = await commands(hub, { type: 'update', session_id: id, name: newId('name') });
    const told = await sse.get('session_updated');
    assert.equal(told.data.seq, seq);
    assert.equal(told.id, `${reset.data.epoch}-${seq}`);
    sse.close();
  });

  it('of several topics tell each event once', async () => {
    const sse = await stream(hub, `sessions,session:${id},*`);
    await sse.get('reset');
    await commands(hub, { type: 'update', session_id: id, name: newId('name') }, { type: 'output', session_id: id, text: 'x' });
    await sse.get('stream_output');
    assert.deepEqual(sse.events.filter(({ data }) => data.seq > 0).map(({ event }) => event), ['reset', 'session_updated', 'stream_output']);
    sse.close();
  });

  it('that resume say at once that they are there, though there is nothing new', async () => {
    const first = await stream(hub, 'sessions');
    const { id: lastEventId } = await first.get('reset');
    const resumed = await stream(hub, 'sessions', { lastEventId });
    await commands(hub, { type: 'update', session_id: id, name: newId('name') });
    await resumed.get('session_updated');
    assert.deepEqual(resumed.comments, [], 'it was not a comment that brought the headers');
    for (const sse of [first, resumed]) sse.close();
  });

  it('of a foreign epoch are reset', async () => {
    for (const lastEventId of ['another-1', 'nonsense', `${(await page(hub, 0)).epoch}-999999`]) {
      const sse = await stream(hub, 'sessions', { lastEventId });
      assert.equal((await sse.get('reset')).data.resumed, false, lastEventId);
      sse.close();
    }
  });

  it('resume over a kill and a restart with no gap and no repeat, output included', async () => {
    const first = await stream(hub, `sessions,session:${id}`);
    const { data: { seq: from } } = await first.get('reset');
    for (let i = 0; i < 20; i++) {
      await commands(hub, { type: 'update', session_id: id, name: `n${i}` }, { type: 'output', session_id: id, text: `l${i}` });
    }
    await eventually('some are heard', () => first.seqs().length > 5);
    await hub.kill();
    await eventually('the stream ends', () => first.ended);
    await hub.restart();
    await commands(hub, { type: 'output', session_id: id, text: 'after' });
    const second = await stream(hub, `sessions,session:${id}`, { lastEventId: first.id });
    const expected = (await log(hub, from)).map((entry) => entry.seq);
    await eventually('all are heard', () => second.seqs().at(-1) === expected.at(-1), { seen: () => second.seqs() });
    await commands(hub, { type: 'output', session_id: id, text: 'live' });
    await eventually('it goes on', () => second.seqs().at(-1) > expected.at(-1));
    assert.deepEqual([...first.seqs(), ...second.seqs()].slice(0, expected.length), expected);
    assert.ok(!second.events.some(({ event }) => event === 'reset'));
    second.close();
  });

  it('are refused with a problem for no topic, an unknown one and a session that does not exist', async () => {
    for (const [topics, status] of [['', 400], ['nonsense', 400], ['session:nobody', 404]]) {
      const { response } = await stream(hub, topics);
      assert.equal(response.status, status, topics);
      assert.match(response.headers.get('content-type'), /application\/problem\+json/);
    }
  });

  it('keep an idle stream alive with a comment within 15 s', { timeout: 60_000 }, async () => {
    const sse = await stream(hub, 'project:nobody');
    await sse.get('reset');
    await eventually('a comment arrives', () => sse.comments.length > 0, { within: 20_000, every: 100 });
    sse.close();
  });

  it('end with a retry when the hub stops', async () => {
    const own = await startHub();
    const sse = await stream(own, 'sessions');
    await sse.get('reset');
    await own.stop();
    await eventually('the stream ends', () => sse.ended);
    assert.equal(sse.retries.length, 1);
    await own.remove();
  });
});

describe('The long poll', () => {
  let hub;
  let id;
  before(async () => {
    hub = await startHub();
    id = await session(hub);
  });
  after(() => hub.remove());

  it('answers at once when there is something', async () => {
    const started = Date.now();
    assert.ok((await page(hub, 0, { wait: 20 })).events.length > 0);
    // It would have waited for 20 s.
    assert.ok(Date.now() - started < 10_000);
  });

  it('waits for the next event', async () => {
    const last = (await log(hub)).at(-1).seq;
    const waiting = page(hub, last, { wait: 20 });
    await sleep(100);
    const [{ seq }] = await commands(hub, { type: 'update', session_id: id, name: newId('name') });
    assert.deepEqual((await waiting).events.map((entry) => entry.seq), [seq]);
  });

  it('answers with nothing when nothing happens', async () => {
    const last = (await log(hub)).at(-1).seq;
    const started = Date.now();
    assert.deepEqual((await page(hub, last, { wait: 1 })).events, []);
    assert.ok(Date.now() - started >= 900);
  });

  it('does not hold up a hub that stops', async () => {
    const last = (await log(hub)).at(-1).seq;
    const waiting = page(hub, last, { wait: 30 }).catch(() => 'gone');
    await sleep(100);
    const started = Date.now();
    await hub.stop();
    assert.ok(Date.now() - started < 20_000, `${Date.now() - started} ms, where the poll would have waited for 30 s`);
    await waiting;
    await hub.restart();
  });
});

describe('One cursor', () => {
  it('goes from socket to stream to long poll and back, and loses and repeats nothing', async () => {
    const hub = await startHub();
    try {
      const id = await session(hub);
      let stop = false;
      const load = (async () => {
        for (let i = 0; !stop; i++) {
          await commands(hub, { type: 'update', session_id: id, name: `n${i}` }, { type: 'create', session_id: `${id}-${i}` });
          await sleep(2);
        }
      })().catch((lost) => { if (!stop) throw lost; });
      load.catch(() => {});
      const heard = [];
      let cursor;
      let from;
      for (let round = 0; round < 3; round++) {
        const client = connect(hub, '1.8.16');
        const topic = join(client, 'sessions', cursor);
        const reply = await topic.joined;
        assert.equal(reply.resumed, cursor !== undefined);
        from ??= reply.seq;
        await eventually('the socket tells', () => topic.seqs().length > 15);
        client.socket.disconnect();
        heard.push(...topic.seqs());
        cursor = topic.cursor;

        const sse = await stream(hub, 'sessions', { lastEventId: `${cursor.epoch}-${cursor.after}` });
        await eventually('the stream tells', () => sse.seqs().length > 15);
        sse.close();
        heard.push(...sse.seqs());
        assert.ok(!sse.events.some(({ event }) => event === 'reset'));
        cursor = { ...cursor, after: heard.at(-1) };

        const polled = await page(hub, cursor.after, { wait: 30 });
        assert.equal(polled.epoch, cursor.epoch);
        heard.push(...polled.events.filter((entry) => OF_SESSIONS.includes(entry.event)).map((entry) => entry.seq));
        cursor = { ...cursor, after: polled.events.at(-1).seq };
      }
      stop = true;
      await load;
      const expected = (await log(hub, from, heard.at(-1))).filter((entry) => OF_SESSIONS.includes(entry.event)).map((entry) => entry.seq);
      assert.deepEqual(heard, expected);
    } finally {
      await hub.remove();
    }
  });
});
