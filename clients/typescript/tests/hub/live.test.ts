// @vitest-environment node
import { readdir, rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { HubEvent, SessionView } from '../../src/index.js';
import { until, useRealHub } from './realHub.js';

// A busy machine may take longer to write what nobody reads than anybody may stall or be silent.
const real = useRealHub({ ROLLCALL_MAX_STALL: '1h', ROLLCALL_MAX_SILENCE: '1h' });
const byId = (sessions: readonly SessionView[]) => Object.fromEntries(sessions.map(({ last_seen_at: _, ...session }) => [session.id, session]));

describe('a hub that is killed', () => {
  it('is followed on after its restart, without a gap and without a repeat', async () => {
    const { hub } = real.client();
    const id = real.newId();
    await hub.api.createSession({ id, status: 'active' });
    const sessions = hub.watch('sessions');
    const started = (await hub.api.events()).head;
    await sessions.ready();
    const heard: HubEvent[] = [];
    sessions.onEvent((event) => heard.push(event));

    for (let kill = 0; kill < 2; kill++) {
      await hub.api.updateSession(id, { name: `before ${kill}` });
      await real.process.kill();
      await until(() => expect(hub.connection).toMatchObject({ phase: 'reconnecting', wasLive: true }));
      expect(Date.now() - hub.connection.downSince!).toBeLessThan(20_000);
      await real.process.restart();
      // Told before this client is back.
      await hub.api.updateSession(id, { name: `after ${kill}` });
      await until(() => expect(hub.connection).toMatchObject({ phase: 'live', attempts: 0, downSince: null }));
    }
    const last = await hub.api.updateSession(id, { name: 'at last' });
    await until(() => expect(sessions.state?.sessions.find((each) => each.id === id)?.name).toBe('at last'));

    const log = await hub.api.events({ after: started, limit: 1_000 });
    const wanted = log.events.filter(({ payload }) => payload.seq <= last.seq && payload.seq > 0);
    expect(heard.map(({ payload }) => payload.seq).filter((seq) => seq > 0)).toEqual(wanted.map(({ payload }) => payload.seq));
    expect(byId(sessions.state!.sessions)).toEqual(byId((await hub.api.allSessions()).sessions));
    expect(hub.connection).toMatchObject({ epochChanges: 0, malformed: 0, unknown: 0 });
  });

  it('and comes back with another log: that is noticed, and nothing of the old one stays', async () => {
    const { hub } = real.client();
    const [old, id] = [real.newId(), real.newId()];
    await hub.api.createSession({ id: old, status: 'active' });
    const [sessions, one] = [hub.watch('sessions'), hub.watch(`session:${old}`)];
    await Promise.all([sessions.ready(), one.ready()]);
    const { epoch } = hub.connection;

    await real.process.kill();
    for (const name of await readdir(real.process.data)) await rm(`${real.process.data}/${name}`, { recursive: true, force: true });
    await real.process.restart();
    await hub.api.createSession({ id, status: 'active' });
    await until(() => expect(sessions.state?.sessions.map((each) => each.id)).toEqual([id]));
    await until(() => expect(hub.connection).toMatchObject({ phase: 'live', epochChanges: 1 }));
    expect(hub.connection.epoch).not.toBe(epoch);
    await until(() => expect(one.refusal?.code).toBe('not_found'));
  });
});

describe('a topic that several use', () => {
  it('is joined once, and goes on for the others when one leaves', async () => {
    const { hub, line } = real.client();
    const id = real.newId();
    await hub.api.createSession({ id, status: 'active' });
    const [first, second] = [hub.watch('sessions'), hub.watch('sessions')];
    await Promise.all([first.ready(), second.ready()]);
    const told = { first: 0, second: 0 };
    first.onEvent(({ event }) => { if (event === 'session_updated') told.first += 1; });
    second.onEvent(({ event }) => { if (event === 'session_updated') told.second += 1; });
    first.leave();
    first.leave();
    await hub.api.updateSession(id, { name: 'heard' });
    await until(() => expect(second.state?.sessions.find((each) => each.id === id)?.name).toBe('heard'));
    expect(told).toEqual({ first: 0, second: 1 });
    expect(line.frames('sessions', 'phx_join')).toHaveLength(1);
    expect(line.frames('sessions', 'phx_leave')).toHaveLength(0);

    second.leave();
    await until(() => expect(line.frames('sessions', 'phx_leave')).toHaveLength(1));
    expect(hub.topics).toEqual([]);
    expect((await hub.watch('sessions').ready()).sessions.some((each) => each.id === id)).toBe(true);
    expect(line.frames('sessions', 'phx_join')).toHaveLength(2);
  });

  it('and is taken up again at once is not left in between', async () => {
    const { hub, line } = real.client();
    const first = hub.watch('sessions');
    await first.ready();
    first.leave();
    const second = hub.watch('sessions');
    await new Promise((resolve) => { setTimeout(resolve, 1_300); });
    expect(second.status).toBe('live');
    expect(line.frames('sessions', 'phx_leave')).toHaveLength(0);
  });
});

it('a reader that falls behind is resynced, and ends equal to the hub', async () => {
  const { hub, line } = real.client();
  const id = real.newId();
  await hub.api.createSession({ id, status: 'active' });
  const sessions = hub.watch('sessions');
  await sessions.ready();
  let updates = 0;
  sessions.onEvent(({ event }) => { if (event === 'session_updated') updates += 1; });
  line.pause();
  // Some 24 MB: more than the hub keeps for anybody, and than the kernel takes for a socket that nobody reads.
  for (let round = 0; round < 60; round++) {
    await hub.api.commands(Array.from({ length: 50 }, (_, i) => (
      { type: 'update' as const, session_id: id, metadata: { round: round * 50 + i, filling: 'x'.repeat(8_000) } })));
  }
  line.resume();
  await until(() => expect(sessions.state?.sessions.find((each) => each.id === id)?.metadata.round).toBe(2_999));
  expect(line.frames('sessions', 'phx_join')).toHaveLength(1);
  expect(updates).toBeLessThan(3_000);
  expect(hub.connection).toMatchObject({ phase: 'live', malformed: 0 });
});
