import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Hub } from '../src/hub.js';
import { Wire } from './wire.js';

describe('who waits for the first state of a topic', () => {
  let hub: Hub;

  beforeEach(() => {
    vi.useFakeTimers();
    Wire.open = [];
    hub = new Hub({ transport: Wire as never, schedule: (run) => run() });
    hub.connect();
  });
  afterEach(() => {
    hub.close();
    vi.useRealTimers();
  });

  /** What became of it, without waiting for what never comes. */
  const outcome = async (ready: Promise<unknown>): Promise<string> => {
    let said = 'waits';
    ready.then(() => { said = 'ready'; }, (why: Error) => { said = why.message; });
    await vi.advanceTimersByTimeAsync(0);
    return said;
  };
  const never = 'sessions was left, or the hub closed, before its state was known';

  it('is told when the hub closes', async () => {
    const watch = hub.watch('sessions');
    const ready = watch.ready();
    expect(await outcome(ready)).toBe('waits');
    hub.close();
    expect(await outcome(ready)).toBe(never);
    expect(await outcome(watch.ready())).toBe(never);
    expect(await outcome(hub.watch('sessions').ready())).toBe(never);
  });

  it('is told when it leaves, and nobody else is', async () => {
    const [one, other] = [hub.watch('sessions'), hub.watch('sessions')];
    const [ready, others] = [one.ready(), other.ready()];
    one.leave();
    expect(await outcome(ready)).toBe(never);
    expect(await outcome(one.ready())).toBe(never);
    expect(await outcome(others)).toBe('waits');
    Wire.open.at(-1)!.accept();
    Wire.open.at(-1)!.answer('sessions', { epoch: 'e1', seq: 10, resumed: false, snapshot: { sessions: [], session_events: [] } });
    expect(await outcome(others)).toBe('ready');
  });

  it('has what it waited for, whatever ends later', async () => {
    const watch = hub.watch('sessions');
    await vi.advanceTimersByTimeAsync(0);
    Wire.open.at(-1)!.accept();
    Wire.open.at(-1)!.answer('sessions', { epoch: 'e1', seq: 10, resumed: false, snapshot: { sessions: [], session_events: [] } });
    expect(await outcome(watch.ready())).toBe('ready');
    hub.close();
    expect(await outcome(watch.ready())).toBe('ready');
  });
});
