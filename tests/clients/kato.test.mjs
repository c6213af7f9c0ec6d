import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { commands, newId, session } from '../phoenix/api.mjs';
import { eventually } from '../phoenix/eventually.mjs';
import { startHub } from '../phoenix/hub.mjs';
import { accept, checkForm, checkMetrics, endAll, kato } from './kato.mjs';
import { owner } from './owner.mjs';

/** What the number of sessions was told to do. */
const changes = (client) => client.of('session_event').map(({ event_type: type, data }) => `${type} ${data.previous_count}->${data.current_count} by ${data.delta}`);

/** Opens one with components' lists, the last of which it keeps. */
async function page(hub, ...lists) {
  const client = kato(hub);
  client.connect();
  await eventually('it is connected', () => client.isOpen());
  lists.forEach(client.setSubscriptions);
  await client.settled();
  return client;
}

/** The parts of the next figures. */
async function parts(client) {
  const before = client.of('realtime_update').length;
  await eventually('figures are told', () => client.of('realtime_update').length > before);
  return Object.keys(client.of('realtime_update').at(-1).data);
}

const asked = async (hub, path) => {
  const answer = await fetch(hub.url + path, { headers: accept });
  assert.equal(answer.status, 200, path);
  return answer.json();
};

/** How many sockets the hub holds open. */
const connections = async (hub) => Number(/^rollcall_connections (\d+)$/m.exec(await (await fetch(`${hub.url}/metrics`)).text())[1]);

/** Ends sessions, and waits until that is told: it is no news to the next test. */
async function end(hub, client, ...ids) {
  const before = client.of('session_event').length;
  await commands(hub, ...ids.map((id) => ({ type: 'terminate', session_id: id })));
  await eventually('the end is told', () => client.of('session_event').length > before);
}

/** The rows of the sessions' page. */
const rows = async (hub) => Object.fromEntries((await asked(hub, '/api/v1/sessions?skip=0&limit=20')).sessions.map((row) => [row.session_id, row]));

const put = (hub, path, body) => fetch(hub.url + path, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

/** No alerts of the machine, which is busy with the tests. */
const quiet = (hub) => put(hub, '/api/v1/alerts/rules', { high_cpu: { warning: null, error: null }, high_memory: { warning: null, error: null }, high_error_rate: { warning: null, error: null } });

after(endAll);

describe("KATO's dashboard", { timeout: 300_000 }, () => {
  let hub;
  before(async () => {
    hub = await startHub({ env: { ROLLCALL_OWNER_GRACE: '100ms', ROLLCALL_REALTIME_EVERY: '200ms', ROLLCALL_ALERTS_EVERY: '100ms', ROLLCALL_DOCKER_SOCKET: '/nowhere' } });
    await quiet(hub);
  });
  after(() => hub.remove());

  it('sees the life of three sessions with a wait, a pause, an error, a crash and a hub that is killed, every message as documented', async () => {
    const [built, failing, crashing] = [newId('kato'), newId('kato'), newId('kato')];
    const client = await page(hub, ['metrics', 'containers', 'sessions', 'session_events', 'system_alerts']);
    assert.equal(client.frames[0].type, 'realtime_update');
    assert.equal(client.count(), 0);

    const told = [];
    const give = async (given, ...expected) => {
      for (const answer of await commands(hub, ...given)) assert.ok(answer.ok, JSON.stringify(answer));
      await change(...expected);
    };
    const change = async (...expected) => {
      told.push(...expected);
      await eventually(`${told.length} changes are told`, () => client.of('session_event').length >= told.length, { every: 4 });
      await client.settled();
      assert.deepEqual(changes(client), told);
    };
    /** The figures and the changes are told side by side: of two that pass each other, the next figures are right. */
    const shows = (count) => eventually(`it shows ${count} sessions`, () => client.count() === count, { seen: client.count });

    // The first: works, waits for a person, is paused and goes on, ends well.
    await give([{ type: 'create', session_id: built, name: 'Fix the race', status: 'active' }], 'session_created 0->1 by 1');
    assert.equal(client.of('session_event')[0].data.time_since_last_event, null);
    await shows(1);
    await put(hub, '/api/v1/alerts/rules', { session_waiting: { warning: 0.1, error: null } });
    await give([{ type: 'status', session_id: built, status: 'waiting', waiting_for: 'question', waiting_text: 'Which branch?' }]);
    await eventually('the wait is told', () => client.of('system_alert').length === 1);
    const [waits] = client.of('system_alert')[0].alerts;
    assert.deepEqual({ ...waits, message: 'M' }, { level: 'warning', type: 'session_waiting', message: 'M' });
    assert.match(waits.message, new RegExp(`^session ${built} waits for a person`));
    assert.equal((await rows(hub))[built].status, 'waiting');
    await give([{ type: 'pause', session_id: built }]);
    assert.equal((await rows(hub))[built].is_paused, true);
    await give([{ type: 'resume', session_id: built }, { type: 'status', session_id: built, status: 'active' }]);
    assert.equal((await rows(hub))[built].status, 'active');

    // The second: fails and lives on.
    await give([{ type: 'create', session_id: failing, status: 'idle' }], 'session_created 1->2 by 1');
    await give([{ type: 'status', session_id: failing, status: 'error', error_message: 'no credit' }]);
    assert.equal((await rows(hub))[failing].error_message, 'no credit');

    // The third: lost with its owner's connection.
    await give([{ type: 'create', session_id: crashing }], 'session_created 2->3 by 1');
    const program = await owner(hub, crashing);
    program.vanish();
    await change('session_destroyed 3->2 by 1');
    assert.ok(client.of('session_event').slice(1).every((frame) => frame.data.time_since_last_event >= 0));
    await give([{ type: 'terminate', session_id: built, reason: 'completed' }], 'session_destroyed 2->1 by 1');
    await shows(1);
    assert.deepEqual(client.polled.counts.slice(1), []);

    // The hub is killed: the client polls meanwhile, comes back after 1 s, subscribes again, and has the count at once.
    const before = client.frames.length;
    await hub.kill();
    await eventually('it has noticed', () => client.statuses.at(-1) !== 'connected');
    await hub.restart();
    await eventually('it is back', () => client.isOpen(), { within: 60_000 });
    const figures = () => client.frames.slice(before).find((frame) => frame.type === 'realtime_update' && frame.data.sessions);
    await eventually('it has the figures', () => figures() !== undefined);
    assert.equal(figures().data.sessions.active_count, 1);
    assert.ok(client.statuses.filter((name) => name === 'connected').length === 2);
    await give([{ type: 'terminate', session_id: failing }], 'session_destroyed 1->0 by 1');
    await client.pollsAnswered();
    const polls = client.polled.metrics.length + client.polled.counts.length;
    await eventually('updates arrive', () => client.frames.length > before + 10);
    assert.equal(client.polled.metrics.length + client.polled.counts.length, polls);
    client.frames.forEach(checkForm);
    await put(hub, '/api/v1/alerts/rules', { session_waiting: { warning: null, error: null } });
  });

  it('serves three components that share one connection, in whatever order they ask', async () => {
    const lists = [['system_alerts'], ['sessions', 'session_events'], ['metrics']];
    const first = await page(hub, lists[1], lists[0], lists[0]);
    const last = await page(hub, lists[0], lists[2], lists[1], lists[0]);
    const id = await session(hub);
    for (const client of [first, last]) {
      await eventually('the change is told', () => client.of('session_event').length === 1, { every: 4 });
      await eventually('the count is told', () => client.count() === client.of('session_event')[0].data.current_count);
    }
    assert.deepEqual(await parts(first), ['sessions']);
    assert.deepEqual(await parts(last), ['metrics', 'sessions']);
    await end(hub, first, id);
  });

  it('is told everything while it does not subscribe, as clients before subscriptions', async () => {
    const client = await page(hub);
    const id = await session(hub);
    await eventually('the change is told', () => client.of('session_event').length === 1);
    assert.deepEqual(await parts(client), ['metrics', 'sessions']);
    await end(hub, client, id);
  });

  it('is never dropped for what it says, and never answered but to a ping', async () => {
    const client = await page(hub, ['session_events']);
    const before = client.frames.length;
    for (const garbage of ['hello', '1', '[]', 'null', '"ping"', '{"type":5}', '{"type":"subscribe"}', '{"type":"subscribe","subscriptions":7}', '{"type":"unsubscribe"}', '']) client.send(garbage);
    for (let i = 0; i < 30; i++) client.send(Buffer.from([0xff, i]));
    await client.settled();
    assert.deepEqual(client.frames.slice(before).map((frame) => frame.type), ['heartbeat']);
    assert.equal(client.statuses.at(-1), 'connected');
  });

  it('finds on its pages what they read', async () => {
    const client = await page(hub, ['session_events']);
    const [one, other] = [newId('kato'), newId('kato')];
    await commands(hub, { type: 'create', session_id: one, status: 'active', name: 'One' }, { type: 'create', session_id: other });
    await eventually('both are told', () => client.of('session_event').at(-1)?.data.current_count === 2);
    const told = client.of('session_event').length;
    checkMetrics(await asked(hub, '/api/v1/system/metrics?use_cache=true'));
    const { time_series: series } = await asked(hub, '/api/v1/system/stats?minutes=10&use_cache=true');
    assert.ok(series.kato_memory_usage_percent.length > 0);
    assert.ok(series.kato_memory_usage_percent.every(({ timestamp, value }) => new Date(timestamp * 1000) <= new Date() && value > 0));
    assert.deepEqual((await asked(hub, '/api/v1/system/container-stats?use_cache=true')).containers, []);
    const count = await asked(hub, '/api/v1/sessions/count');
    assert.equal(count.active_session_count, count.active_sessions);
    assert.equal((await asked(hub, '/api/v1/analytics/overview')).sessions.active, count.active_sessions);
    const row = (await rows(hub))[one];
    assert.equal(row.node_name, 'One');
    assert.equal(row.status, 'active');
    assert.ok(!Number.isNaN(new Date(row.last_active).getTime()));
    assert.equal((await asked(hub, `/api/v1/sessions/${one}`)).session_id, one);
    assert.deepEqual(await asked(hub, `/api/v1/sessions/${one}/stm`), {});
    assert.deepEqual((await asked(hub, '/api/v1/sessions/redis-keys/diagnostic')).keys, []);

    assert.equal((await fetch(`${hub.url}/api/v1/sessions/${one}`, { method: 'DELETE', headers: accept })).status, 200);
    await eventually('the end is told', () => client.of('session_event').length === told + 1);
    const ended = await fetch(`${hub.url}/api/v1/sessions/bulk-delete`, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ session_ids: [other, one] }),
    });
    assert.deepEqual(await ended.json(), { success: true, deleted_count: 1, requested_count: 2, failed_count: 1 });
    await eventually('that end is told, too', () => client.of('session_event').length === told + 2);
  });

  it('that disconnected on purpose stays away, and connects anew when it is told to', async () => {
    endAll();
    const other = await page(hub, ['session_events']);
    await eventually('the others are gone', async () => await connections(hub) === 1);
    const client = await page(hub, ['session_events']);
    client.disconnect();
    assert.equal(client.statuses.at(-1), 'disconnected');
    await eventually('the hub has let it go', async () => await connections(hub) === 1);
    client.connect();
    await eventually('it is connected', () => client.isOpen());
    await client.settled();
    assert.equal(await connections(hub), 2);
    client.socket().close();
    // Its own defect: after a disconnect it never comes back by itself. The hub keeps nothing of it meanwhile.
    await eventually('the hub has let it go again', async () => await connections(hub) === 1);
    await eventually('it knows', () => client.statuses.at(-1) === 'disconnected');
    assert.ok(other.isOpen());
  });
});

describe("KATO's dashboard, where its socket cannot be had", { timeout: 300_000 }, () => {
  it('polls its figures and the count, and tries to come back', async () => {
    const hub = await startHub();
    try {
      await session(hub);
      const client = kato(hub, { address: '/nowhere' });
      client.connect();
      await eventually('it polls', () => client.polled.metrics.length > 0 && client.polled.counts.length > 0);
      checkMetrics(client.polled.metrics[0]);
      assert.equal(client.polled.metrics[0].sessions.active, 1);
      assert.equal(client.polled.counts[0].active_sessions, 1);
      await eventually('it has tried three times', () => client.statuses.filter((name) => name === 'connecting').length >= 3);
      client.end();
    } finally {
      await hub.remove();
    }
  });

  it('that does not read is told the figures and the count as they are now, and nobody else waits', async () => {
    // An engine with so many containers that the figures fill every buffer on the way within a second.
    const folder = await mkdtemp(join(tmpdir(), 'rollcall-kato-'));
    const names = Array.from({ length: 1_000 }, (_, i) => ({ Id: `${i}`, Names: [`/container-${i}`], State: 'exited', Status: 'Exited (0)' }));
    const engine = createServer((_, answer) => answer.end(JSON.stringify(names))).listen(join(folder, 'docker.sock'));
    const hub = await startHub({ env: { ROLLCALL_DOCKER_SOCKET: join(folder, 'docker.sock'), ROLLCALL_REALTIME_EVERY: '100ms', ROLLCALL_BURST_TOLERANCE: '0s', ROLLCALL_MAX_STALL: '1h', ROLLCALL_MAX_SILENCE: '1h', ROLLCALL_ALERTS_EVERY: '1h' } });
    try {
      const [slow, healthy] = [await page(hub), await page(hub)];
      // An engine that a busy machine holds up is told as a failure, until it answers.
      await eventually('it has the containers', () => healthy.of('realtime_update').some(({ data }) => data.containers.aggregated?.container_count === names.length));
      slow.socket().pause();
      const ids = [];
      for (let round = 0; round < 5; round++) {
        ids.push(await session(hub));
        await eventually('the healthy one hears of it', () => healthy.of('session_event').some(({ data }) => data.current_count === ids.length));
        const heard = healthy.of('realtime_update').length;
        await eventually('more is told', () => healthy.of('realtime_update').length >= heard + 10);
      }
      slow.socket().resume();
      await eventually('the slow one has the count', () => slow.count() === ids.length);
      await eventually('it hears what follows', () => healthy.of('realtime_update').slice(-5).some(({ timestamp }) => timestamp === slow.of('realtime_update').at(-1).timestamp), { every: 4 });
      assert.ok(slow.of('realtime_update').length < healthy.of('realtime_update').length);
      assert.ok(slow.isOpen());
      [...slow.frames, ...healthy.frames].forEach(checkForm);
    } finally {
      await hub.remove();
      engine.close();
      await rm(folder, { recursive: true });
    }
  });

  it('finds nothing where it is switched off, and everything else works', async () => {
    const hub = await startHub({ env: { ROLLCALL_KATO: 'false', ROLLCALL_AGENTCMD: 'false' } });
    try {
      for (const path of ['/ws', '/api/v1/system/metrics', '/api/v1/sessions/redis-keys/diagnostic']) assert.equal((await fetch(hub.url + path)).status, 404, path);
      await session(hub);
      assert.deepEqual(Object.keys(await asked(hub, '/api/v1/sessions/count')), ['active_sessions', 'total_sessions', 'by_status', 'seq', 'epoch']);
    } finally {
      await hub.remove();
    }
  });

  it('replaces its lists where the old rule is asked for, and is closed with 1012 when the hub stops', async () => {
    const hub = await startHub({ env: { ROLLCALL_KATO_REPLACES: 'true', ROLLCALL_REALTIME_EVERY: '100ms', ROLLCALL_ALERTS_EVERY: '1h' } });
    try {
      const client = await page(hub, ['sessions', 'session_events'], ['system_alerts']);
      const before = client.frames.length;
      const watching = await page(hub, ['session_events']);
      await session(hub);
      await eventually('another one hears of it', () => watching.of('session_event').length === 1);
      await client.settled();
      assert.deepEqual(client.frames.slice(before).map((frame) => frame.type), ['heartbeat']);
      const closes = [];
      client.socket().on('close', (code) => closes.push(code));
      await hub.stop();
      await eventually('it is closed', () => closes.length > 0);
      assert.deepEqual(closes, [1012]);
    } finally {
      await hub.remove();
    }
  });
});
