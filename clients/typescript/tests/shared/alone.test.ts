// @vitest-environment node
import { describe, expect, it, vi } from 'vitest';
import { status } from '../samples.js';
import { OwnWire } from './browser.js';
import { browser, joins, livePage, reply, say, until, watcher } from './pages.js';

describe('a page has a socket of its own', () => {
  const resumed = async (page: ReturnType<typeof watcher>, params: object) => {
    await until(() => expect(OwnWire.made).toHaveLength(1));
    const own = OwnWire.made[0]!;
    own.accept();
    await until(() => expect(joins(own, 'sessions')).toHaveLength(1));
    expect(own.join('sessions')[4]).toEqual(params);
    own.answer('sessions', 'after' in params ? { epoch: 'e1', seq: 12, resumed: true, snapshot: null } : reply());
    await until(() => expect(page.hub.connection.phase).toBe('live'));
    say(status('a', 'idle', { seq: 12 }), 'sessions', own);
    await until(() => expect(page.heard.at(-1)).toBe(12));
  };

  it('when the worker’s script cannot be loaded', async () => {
    const worker = new EventTarget();
    const started = vi.fn(() => Object.assign(worker, { port: new MessageChannel().port1 }));
    const page = watcher('sessions', {}, started);
    await until(() => expect(started).toHaveBeenCalled());
    worker.dispatchEvent(new Event('error'));
    await resumed(page, {});
  });

  it('when the worker says nothing for ten seconds', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const page = watcher('sessions', {}, () => ({ port: new MessageChannel().port1, addEventListener: () => {} }));
    await vi.advanceTimersByTimeAsync(9_900);
    expect(OwnWire.made).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(200);
    vi.useRealTimers();
    await resumed(page, {});
  });

  it('when the browser will not start it', async () => {
    await resumed(watcher('sessions', {}, () => { throw new Error('SecurityError'); }), {});
  });

  it('when it is of another version', async () => {
    const { port1, port2 } = new MessageChannel();
    port2.onmessage = () => port2.postMessage([JSON.stringify({ is: 'welcome', version: 99, lock: 'another', line: { up: true, fallback: null, refused: null } })]);
    await resumed(watcher('sessions', {}, () => ({ port: port1, addEventListener: () => {} })), {});
    port2.close();
  });

  it('from where it stood, when the worker dies', async () => {
    const page = await livePage();
    say(status('a', 'waiting', { seq: 11 }));
    await until(() => expect(page.heard).toEqual([11]));
    browser.locks.end('worker');
    await until(() => expect(page.hub.connection.phase).toBe('reconnecting'));
    await resumed(page, { epoch: 'e1', after: 11 });
    expect(page.heard).toEqual([11, 12]);
    expect(page.hub.connection).toMatchObject({ epochChanges: 0, malformed: 0 });
  });
});
