// @vitest-environment node
import { describe, expect, it, vi } from 'vitest';
import type { ToPage, ToWorker } from '../../src/shared/messages.js';
import { MOST_UNREAD } from '../../src/shared/outbox.js';
import { event, session, status } from '../samples.js';
import { Wire } from '../wire.js';
import { OwnWire } from './browser.js';
import { answered, browser, joins, livePage, reply, say, until, watcher, wire } from './pages.js';

describe('pages of one browser', () => {
  it('have one socket and one join for a topic, and the one that comes later hears neither gap nor repeat', async () => {
    const first = await livePage();
    say(status('a', 'idle', { seq: 11 }));
    await until(() => expect(first.heard).toEqual([11]));
    const second = watcher();
    await until(() => expect(second.hub.connection.phase).toBe('live'));
    expect(second.row()).toMatchObject({ status: 'idle', seq: 11 });
    say(status('a', 'waiting', { seq: 12 }));
    await until(() => expect([first.heard, second.heard]).toEqual([[11, 12], [12]]));
    expect(second.watch.state).toEqual(first.watch.state);
    expect([Wire.open.length, OwnWire.made.length, joins(wire(), 'sessions').length]).toEqual([1, 0, 1]);
  });

  it('come and go while events pour, and each is at every moment what the log says', async () => {
    const pages = [await livePage()];
    let seq = 10;
    const seeds = [7, 3, 11, 2, 5, 13, 1, 8];
    for (let round = 0; round < 60; round++) {
      for (let n = 0; n < seeds[round % seeds.length]!; n++) say(status('a', seq % 2 ? 'active' : 'idle', { seq: ++seq }));
      // Some rounds let the messages pass, others do not.
      if (round % 3 === 0) await new Promise((resolve) => { setTimeout(resolve, round % 5); });
      if (round % 10 === 4) pages.push(watcher());
      if (round % 20 === 19) pages.splice(0, 1)[0]!.watch.leave();
    }
    await until(() => { for (const page of pages) expect(page.row()?.seq).toBe(seq); });
    for (const page of pages) {
      const { heard } = page;
      expect(heard).toEqual(Array.from({ length: heard.length }, (_, n) => seq - heard.length + 1 + n));
      expect(page.watch.state).toEqual(pages[0]!.watch.state);
    }
    expect(joins(wire(), 'sessions')).toHaveLength(1);
  });

  it('share nothing with those that have another key', async () => {
    watcher('sessions', { token: 'rlc_a_1' });
    watcher('sessions', { token: 'rlc_b_2' });
    watcher('sessions', { token: 'rlc_a_1' });
    await until(() => expect(Wire.open).toHaveLength(2));
    for (const each of Wire.open) each.accept();
    await until(() => expect(Wire.open.map((each) => joins(each, 'sessions').length)).toEqual([1, 1]));
  });

  it('leave a topic when the last of them leaves, and be it that it died', async () => {
    const [first, second] = [await livePage(), watcher()];
    await until(() => expect(second.row()).toBeDefined());
    first.hub.close();
    say(status('a', 'idle', { seq: 11 }));
    await until(() => expect(second.heard).toEqual([11]));
    expect(wire().sent.some((frame) => frame[3] === 'phx_leave')).toBe(false);
    browser.locks.end(second.name);
    await until(() => expect(wire().readyState).toBe(3));
    expect(wire().sent.some((frame) => frame[3] === 'phx_leave')).toBe(true);
    expect(Wire.open).toHaveLength(1);
  });

  it('are each told of a topic that is new to the others, and of none that they do not watch', async () => {
    const fleet = await livePage();
    const alerts = watcher('alerts');
    await until(() => expect(joins(wire(), 'alerts')).toHaveLength(1));
    expect(alerts.hub.connection.phase).toBe('connecting');
    wire().answer('alerts', { epoch: 'e1', seq: 10, resumed: false, snapshot: { alerts: [] } });
    await until(() => expect(alerts.hub.connection.phase).toBe('live'));
    say(status('a', 'idle', { seq: 11 }));
    say(event('system_alert', { id: 'x', alerts: [], seq: 12 }), 'alerts');
    await until(() => expect([fleet.heard, alerts.heard]).toEqual([[11], [12]]));
  });
});

it('a topic that is left and watched again begins with its state, whatever is still on its way', async () => {
  const { port1, port2 } = new MessageChannel();
  const refs: number[] = [];
  port2.onmessage = ({ data }: MessageEvent<ToWorker>) => { if (data.is === 'follow') refs.push(data.ref); };
  const tell = (...said: object[]) => port2.postMessage(said.map((each) => JSON.stringify(each)));
  const topic = (...input: unknown[]) => ({ is: 'topic', topic: 'sessions', input });
  const page = watcher('sessions', {}, () => ({ port: port1, addEventListener: () => {} }));
  await until(() => expect(refs).toHaveLength(1));
  tell({ is: 'following', ref: refs[0], topic: 'sessions' }, topic('answer', reply()));
  await until(() => expect(page.row()).toBeDefined());
  page.watch.leave();
  await until(() => expect(page.hub.topics).toEqual([]));
  const again = page.hub.watch('sessions');
  const heard: number[] = [];
  again.onEvent(({ payload }) => heard.push(payload.seq));
  await until(() => expect(refs).toHaveLength(2));
  tell(topic('hear', 'session_status', status('a', 'idle', { seq: 11 }).payload), { is: 'following', ref: refs[1], topic: 'sessions' },
    topic('renew', reply([session('a', { status: 'waiting', seq: 12 })], 12)), topic('hear', 'session_status', status('a', 'error', { seq: 13 }).payload));
  await until(() => expect(heard).toEqual([13]));
  port2.close();
});

describe('the last figures of the machines', () => {
  it('which no snapshot has, reach a page that comes later', async () => {
    const figures = { duration_seconds: 0, total_tokens: 0, input_tokens: 0, output_tokens: 0, estimated_cost_usd: 0, tasks_running: 0, is_paused: false };
    const first = watcher('metrics');
    await answered('metrics', { epoch: 'e1', seq: 10, resumed: false, snapshot: figures });
    wire().say('metrics', 'realtime_update', { seq: 0, time: '2026-09-14T08:00:00.000Z', metrics: {}, sessions: {} });
    await until(() => expect(first.heard).toEqual([0]));
    const second = watcher('metrics');
    await until(() => expect(second.hub.connection.phase).toBe('live'));
    expect(second.watch.state).toEqual(first.watch.state);
    expect(second.watch.state).toMatchObject({ realtime: { metrics: {} } });
  });
});

describe('the connection', () => {
  it('of every page is that of the socket, and what was missed comes once', async () => {
    const [first, second] = [await livePage(), watcher()];
    await until(() => expect(second.hub.connection.phase).toBe('live'));
    wire().drop();
    await until(() => {
      for (const { hub } of [first, second]) expect(hub.connection).toMatchObject({ phase: 'reconnecting', attempts: 1 });
    });
    const third = watcher();
    await until(() => expect(third.row()).toBeDefined());
    expect(third.hub.connection.phase).toBe('connecting');

    await until(() => expect(Wire.open.length).toBeGreaterThan(1));
    wire().accept();
    await until(() => expect(joins(wire(), 'sessions')).toHaveLength(1));
    expect(wire().join('sessions')[4]).toEqual({ epoch: 'e1', after: 10 });
    wire().answer('sessions', { epoch: 'e1', seq: 12, resumed: true, snapshot: null });
    for (const seq of [11, 12]) say(status('a', 'idle', { seq }));
    for (const { hub, heard } of [first, second, third]) {
      await until(() => expect(heard).toEqual([11, 12]));
      expect(hub.connection).toMatchObject({ phase: 'live', attempts: 0, downSince: null });
    }
  });

  it('of a page that closes and connects again is anew that of the socket', async () => {
    const [page, other] = [await livePage(), watcher()];
    await until(() => expect(other.hub.connection.phase).toBe('live'));
    page.hub.close();
    expect(page.hub.connection.phase).toBe('connecting');
    page.hub.connect();
    const watch = page.hub.watch('sessions');
    expect(page.hub.connection.phase).toBe('connecting');
    await watch.ready();
    await until(() => expect(page.hub.connection.phase).toBe('live'));
    say(status('a', 'idle', { seq: 11 }));
    await until(() => expect(watch.state?.sessions[0]?.status).toBe('idle'));
    expect([Wire.open.length, OwnWire.made.length]).toEqual([1, 0]);
    browser.locks.end(page.name);
    expect(other.hub.connection.phase).toBe('live');
  });

  it('of a page that was on its own, closes and connects again is that of the worker', async () => {
    let tries = 0;
    const page = watcher('sessions', {}, () => {
      if (tries++ === 0) throw new Error('SecurityError');
      return { port: browser.port(), addEventListener: () => {} };
    });
    await until(() => expect(OwnWire.made).toHaveLength(1));
    OwnWire.made[0]!.accept();
    await until(() => expect(page.hub.connection.phase).toBe('connecting'));
    OwnWire.made[0]!.answer('sessions', reply());
    expect(page.hub.connection.phase).toBe('live');
    page.hub.close();
    page.hub.connect();
    const watch = page.hub.watch('sessions');
    await answered();
    await watch.ready();
    expect([page.hub.connection.phase, tries, OwnWire.made.length]).toEqual(['live', 2, 1]);
  });

  it('a resync replaces the state of all', async () => {
    const [first, second] = [await livePage(), watcher()];
    await until(() => expect(second.row()).toBeDefined());
    wire().say('sessions', 'resync', reply([session('b', { seq: 99 })], 99));
    for (const page of [first, second]) await until(() => expect(page.row('b')).toBeDefined());
    say(status('b', 'idle', { seq: 99 }));
    say(status('b', 'error', { seq: 100 }));
    for (const page of [first, second]) await until(() => expect(page.heard).toEqual([100]));
  });

  it('a refusal is its topic’s own, and who asks again has it asked again', async () => {
    const first = await livePage();
    const other = first.hub.watch('session:x');
    await until(() => expect(joins(wire(), 'session:x')).toHaveLength(1));
    const refuse = () => {
      wire().answer('session:x', { code: 'not_found', message: 'There is none' }, 'error');
      const [joinRef] = wire().join('session:x');
      wire().say('session:x', 'phx_close', {}, joinRef, joinRef);
    };
    refuse();
    await expect(other.ready()).rejects.toMatchObject({ code: 'not_found', message: 'There is none' });
    expect(first.hub.connection).toMatchObject({ phase: 'live', refusal: null });
    const second = watcher('session:x');
    await until(() => expect(joins(wire(), 'session:x')).toHaveLength(2));
    refuse();
    await expect(second.watch.ready()).rejects.toMatchObject({ code: 'not_found' });
    expect(second.hub.connection).toMatchObject({ phase: 'offline', refusal: 'There is none' });
  });
});

describe('what is said to a session', () => {
  it('is answered to the page that said it', async () => {
    const page = await livePage();
    const one = page.hub.watch('session:a');
    await until(() => expect(joins(wire(), 'session:a')).toHaveLength(1));
    wire().answer('session:a', { epoch: 'e1', seq: 10, resumed: false, snapshot: { session: session('a'), tasks: [], output: [] } });
    await one.ready();
    const answer = async (response: object, result: string): Promise<void> => {
      const pushes = () => wire().sent.filter((frame) => frame[3] === 'pause');
      const before = answers++;
      await until(() => expect(pushes()).toHaveLength(before + 1));
      const [joinRef, ref] = pushes().at(-1)!;
      wire().say('session:a', 'phx_reply', { status: result, response }, joinRef, ref);
    };
    let answers = 0;
    const paused = one.push('pause', {});
    await answer({ seq: 77 }, 'ok');
    expect(await paused).toEqual({ seq: 77 });
    const refused = one.push('pause', {});
    await answer({ code: 'forbidden', message: 'You may not' }, 'error');
    await expect(refused).rejects.toMatchObject({ name: 'HubError', code: 'forbidden', message: 'You may not' });
    await expect(one.push('send_message', { text: 'x'.repeat(65_536) })).rejects.toMatchObject({ name: 'HubError', code: 'too_large' });
    expect(wire().sent.some((frame) => frame[3] === 'send_message')).toBe(false);
  });
});

describe('a page that does not read', () => {
  it('has little waiting for it, holds up nobody, and is told how things are once it reads', async () => {
    const other = await livePage();
    const port = browser.port();
    const batches: ToPage[][] = [];
    port.onmessage = ({ data }: MessageEvent<string[]>) => { batches.push(data.map((text) => JSON.parse(text) as ToPage)); };
    port.postMessage({ is: 'hello', version: 1, lock: 'nobody holds it', url: 'http://hub.example', token: null });
    // Its lock would be granted at once: this page is one whose lock is held by somebody else.
    void browser.locks.of('frozen').request('nobody holds it', () => new Promise(() => {}));
    port.postMessage({ is: 'follow', ref: 1, topic: 'sessions' });
    await until(() => expect(batches.flat().some((said) => said.is === 'topic')).toBe(true));

    const most = 3_000;
    const filling = 'x'.repeat(2_000);
    for (let n = 1; n <= most; n++) {
      say(event('session_updated', { session_id: 'a', updated_at: '2026-09-14T08:00:00.000Z', version: n + 1, metadata: { filling, n }, seq: 10 + n }));
      if (n % 100 === 0) await until(() => expect(other.heard).toHaveLength(n));
    }
    await new Promise((resolve) => { setTimeout(resolve, 100); });
    const size = JSON.stringify(batches).length;
    expect(size).toBeGreaterThan(MOST_UNREAD / 2);
    expect(size).toBeLessThan(MOST_UNREAD * 1.5);
    // It begins to read: what it has read makes room, but what comes now would leave a gap behind it.
    const before = batches.length;
    const read = (count: number) => { for (let n = 0; n < count; n++) port.postMessage({ is: 'read' }); };
    read(Math.floor(before / 2));
    await new Promise((resolve) => { setTimeout(resolve, 50); });
    say(status('a', 'idle', { seq: 11 + most }));
    await until(() => expect(other.heard).toHaveLength(most + 1));
    read(before - Math.floor(before / 2));
    await until(() => expect(batches.length).toBeGreaterThan(before));
    say(status('a', 'active', { seq: 12 + most }));
    await until(() => expect(batches.flat().at(-1)).toMatchObject({ input: ['hear', 'session_status', { seq: 12 + most }] }));
    expect(batches[before]![0]).toMatchObject({ is: 'topic', topic: 'sessions', input: ['renew', { seq: 11 + most, snapshot: { sessions: [{ status: 'idle', metadata: { n: most } }] } }] });
    let seq = 10;
    for (const said of batches.flat()) {
      if (said.is !== 'topic') continue;
      const [is, first, second] = said.input as [string, { seq: number } | string, { seq: number }];
      if (is === 'renew') ({ seq } = first as { seq: number });
      else if (is === 'hear') expect(second.seq).toBe(++seq);
    }
  });
});

it('a listener that throws costs nobody what follows', async () => {
  const reported = vi.fn();
  vi.stubGlobal('reportError', reported);
  const page = await livePage();
  page.watch.onEvent(({ payload }) => { if (payload.seq === 11) throw new Error('mine'); });
  for (const seq of [11, 12, 13]) say(status('a', 'idle', { seq }));
  await until(() => expect(page.heard).toEqual([11, 12, 13]));
  await until(() => expect(page.row()?.seq).toBe(13));
  expect(reported).toHaveBeenCalledTimes(1);
});

it('what is thrown in the worker is reported in its pages', async () => {
  const reported = vi.fn();
  vi.stubGlobal('reportError', reported);
  await livePage();
  browser.host.failed(new TypeError('x is not a function'));
  await until(() => expect(reported).toHaveBeenCalledTimes(1));
  expect(String(reported.mock.calls[0]![0])).toBe('Error: In the shared worker: x is not a function');
});
