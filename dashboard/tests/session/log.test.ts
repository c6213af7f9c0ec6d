import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { HubApi, HubEvent, SessionDetail } from '@rollcall/client';
import { session } from '../../../clients/typescript/tests/samples';
import { emptyLog, seqOf, withNewer, withOlder, type SessionEvent } from '../../src/pages/session/log/logState';
import { LogPages } from '../../src/pages/session/log/pages';
import { SessionLog } from '../../src/pages/session/log/SessionLog';
import { at, created, output, status, updated } from './events';

const seqs = (events: readonly SessionEvent[] | undefined) => events?.map(seqOf);
const say = (seq: number) => at(0, seq, output(`${seq}`, seq));

describe('what a page keeps of a log', () => {
  it('is in order, each event once, whatever comes when', () => {
    const log = withNewer(withNewer({ ...emptyLog(2), since: 2 }, [say(5), say(6)]), [say(3), say(5), say(7)]);
    expect(seqs(log.events)).toEqual([3, 5, 6, 7]);
    expect(seqs(withOlder(log, [say(1), say(2), say(3)], 0, 'beginning').events)).toEqual([1, 2, 3, 5, 6, 7]);
  });

  it('is bounded: the oldest go, and nothing older comes back in their place', () => {
    const many = Array.from({ length: 100 }, (_, n) => say(n + 1));
    const log = withNewer(emptyLog(0), many, 10_000);
    expect(log.weight).toBeLessThanOrEqual(10_000);
    expect(log).toMatchObject({ edge: 'full', since: 100 - log.events.length });
    expect(seqs(log.events)?.at(-1)).toBe(100);
    const older = withOlder(emptyLog(100), many, 0, 'beginning', 2_100);
    expect([seqs(older.events)?.at(-1), older.edge, older.since]).toEqual([100, 'full', 100 - older.events.length]);
  });
});

/** A hub's log of one session, as HTTP gives it. */
let all: SessionEvent[];
let head: number;
let prunedTo: number;
let asked: number[];
const api: Pick<HubApi, 'sessionEvents'> = {
  sessionEvents: async (_, { after = 0, limit = 100 } = {}) => {
    asked.push(after);
    const events = all.filter((event) => seqOf(event) > after).slice(0, limit) as HubEvent[];
    return { events, skipped: 0, seq: events.length < limit ? head : seqOf(events.at(-1) as SessionEvent), head, pruned_to: prunedTo, output_pruned_to: 0, epoch: 'e' };
  },
};
beforeEach(() => {
  [all, head, prunedTo, asked] = [[], 0, 0, []];
});
const never = new AbortController().signal;

describe('reading a log backwards, of which there are pages forwards only', () => {
  it('finds the few events of a session that is long silent in a busy hub with a few requests', async () => {
    all = [at(0, 10, created()), say(11)];
    head = 5_000_000;
    const read = await new LogPages(api, 'a').upTo(head, 200, never);
    expect(seqs(read.events)).toEqual([10, 11]);
    expect(read.edge).toBe('beginning');
    expect(asked.length).toBeLessThan(10);
  });

  it('reads the end of a session that never stops, and not all of it', async () => {
    all = Array.from({ length: 30_000 }, (_, n) => say(n + 1));
    head = 30_000;
    const pages = new LogPages(api, 'a');
    const last = await pages.upTo(head, 200, never);
    expect([seqs(last.events)?.at(-1), last.edge]).toEqual([30_000, null]);
    const before = await pages.upTo(last.since, 200, never);
    expect(seqs(before.events)?.at(-1)).toBe(last.since);
    expect(asked.length).toBeLessThan(8);
  });

  it('reads smaller parts where a long silence ends in a crowd', async () => {
    all = Array.from({ length: 20_000 }, (_, n) => say(n + 1));
    head = 2_000_000;
    const read = await new LogPages(api, 'a').upTo(head, 200, never);
    expect(seqs(read.events)?.at(-1)).toBe(20_000);
    expect(asked.length).toBeLessThan(60);
  });

  it('says that retention took what was before', async () => {
    [all, head, prunedTo] = [[say(900)], 1_000, 800];
    expect((await new LogPages(api, 'a').upTo(head, 200, never)).edge).toBe('pruned');
  });
});

describe('a log that goes on', () => {
  const open = () => {
    let hear: (event: HubEvent) => void = () => {};
    let changed = (): void => {};
    const source = {
      state: null as SessionDetail | null,
      onEvent: (listener: (event: never) => void) => { hear = listener as typeof hear; return () => {}; },
      onChange: (listener: () => void) => { changed = listener; return () => {}; },
      leave: vi.fn(),
    };
    const log = new SessionLog(api, 'a', source, (run) => queueMicrotask(run));
    return {
      log, source, hear: (event: SessionEvent) => hear(event),
      /** The topic's state says that the session has come to here. */
      reach: (seq: number) => {
        source.state = { epoch: 'e', session: session('a', { seq }), tasks: [], output: [], messages: [] };
        changed();
      },
    };
  };
  const has = (log: SessionLog, ...wanted: number[]) => vi.waitFor(() => expect(seqs(log.read().log?.events)).toEqual(wanted));

  it('has what was before, then what is heard, once each', async () => {
    [all, head] = [[at(0, 1, created()), say(2)], 2];
    const { log, hear, reach } = open();
    expect(log.read().log).toBeNull();
    reach(2);
    hear(say(3));
    await has(log, 1, 2, 3);
    hear(say(4));
    await has(log, 1, 2, 3, 4);
    expect(asked).toEqual([0]);
  });

  it('reads over HTTP what the topic left out', async () => {
    [all, head] = [[at(0, 1, created())], 1];
    const { log, hear, reach } = open();
    reach(1);
    await has(log, 1);
    [all, head] = [[...all, say(2), say(3)], 3];
    reach(3);
    hear(say(4));
    await has(log, 1, 2, 3, 4);
  });

  it('reads the beginning of another life, which its topic does not tell', async () => {
    [all, head] = [[at(0, 1, created()), at(1, 2, status('terminated', 'terminating'))], 2];
    const { log, hear, reach } = open();
    reach(2);
    await has(log, 1, 2);
    const anew = updated({ status: 'initializing', state: 'idle', ended_at: null });
    [all, head] = [[...all, at(2, 3, created(3)), at(2, 4, anew), at(2, 5, status('active', 'initializing'))], 5];
    hear(all[3]!);
    hear(all[4]!);
    await has(log, 1, 2, 3, 4, 5);
  });

  it('says why it could not be read, tries again, and stops when it is closed', async () => {
    vi.useFakeTimers();
    [all, head] = [[at(0, 1, created())], 1];
    const read = vi.spyOn(api, 'sessionEvents').mockRejectedValueOnce(new Error('The hub does not answer'));
    const { log, reach, source } = open();
    reach(1);
    await vi.waitFor(() => expect(log.read().trouble).toBe('The hub does not answer'));
    await vi.advanceTimersByTimeAsync(2_000);
    expect(log.read()).toMatchObject({ trouble: null, loading: false });
    expect(seqs(log.read().log?.events)).toEqual([1]);
    log.close();
    expect(source.leave).toHaveBeenCalledOnce();
    read.mockRestore();
    vi.useRealTimers();
  });
});
