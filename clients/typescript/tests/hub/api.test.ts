// @vitest-environment node
import { createServer } from 'node:http';
import { expect, it } from 'vitest';
import { startHub } from '../../../../tests/phoenix/hub.mjs';
import { Hub, HubError } from '../../src/index.js';
import { Line, useRealHub } from './realHub.js';

const real = useRealHub();

/** What no client of the API calls by itself: the stream is followed, the hooks are of agents. */
const NOT_CALLED = ['/api/v1/events/stream', '/ingest/hooks/{agent}'];
/** The routes of other clients are not of this API. */
const NO_OTHERS = { ROLLCALL_ORC: 'false', ROLLCALL_AGENTCMD: 'false', ROLLCALL_KATO: 'false' };

it('every route of the hub has a call', async () => {
  const alone = await startHub({ env: NO_OTHERS });
  const { paths } = (await (await fetch(`${alone.url}/openapi/v1.json`)).json()) as { paths: Record<string, Record<string, unknown>> };
  await alone.remove();
  const offered = Object.entries(paths)
    .filter(([path]) => !NOT_CALLED.includes(path))
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{\w+\}/g, '{}')}`));

  const called = new Set<string>();
  const { api } = new Hub({
    transport: new Line().transport,
    fetch: async (address, init) => {
      const [path] = String(address).split('?');
      called.add(`${init?.method} ${path?.replaceAll('~', '{}')}`);
      return new Response(JSON.stringify({ sessions: [], events: [], total: 0 }));
    },
  });
  const calls = Object.values({ ...api, allSessions: null }).filter((call) => typeof call === 'function') as ((...given: unknown[]) => unknown)[];
  for (const call of calls) await call('~', '~');
  expect([...called].sort()).toEqual(offered.sort());
});

it('answers are what the types say, and a page of the log is made of events', async () => {
  const { hub: { api } } = real.client();
  const created = await api.createSession({ id: 'a', project: 'shop', status: 'active' }, { idempotencyKey: 'once' });
  expect(await api.createSession({ id: 'a', project: 'shop', status: 'active' }, { idempotencyKey: 'once' })).toEqual(created);
  await api.setStatus('a', { status: 'waiting', waiting_for: 'question', waiting_text: 'Which?' });
  expect((await api.reportUsage('a', { input_tokens: 5, output_tokens: 2 })).session.usage.total_tokens).toBe(7);
  expect((await api.sessions({ status: ['waiting', 'error'], order: '-created_at', limit: 1 })).sessions[0]?.waiting_text).toBe('Which?');
  expect(await api.countSessions()).toMatchObject({ active_sessions: 1, by_status: { waiting: 1 } });
  const { events, skipped } = await api.sessionEvents('a', { limit: 2 });
  expect([events.map(({ event }) => event), skipped]).toEqual([['session_created', 'session_status'], 0]);
  // Not always the log's first: a busy machine's hub begins with an alert.
  expect((await api.fleetAt({ seq: events[0]!.payload.seq })).sessions[0]?.status).toBe('initializing');
  expect((await api.fleetAt({ time: (await api.session('a')).created_at })).by_status.active).toBe(1);
  expect(await api.commands([{ type: 'heartbeat', session_id: 'a' }, { type: 'pause', session_id: 'nobody' }])).toMatchObject([
    { ok: true }, { ok: false, code: 'not_found' }]);
  expect(await api.setFlags({ host_stats: false })).toMatchObject({ host_stats: false, alerts: true });
  expect(await api.alertRules()).toMatchObject({ high_cpu: { warning: 80, error: 90 } });
  expect(await api.alerts({ status: 'all' })).toMatchObject({ alerts: expect.any(Array) });
  expect((await api.createToken({ scopes: ['watch'] })).scopes).toEqual(['watch']);
  expect((await api.resetDetector()).enabled).toBe(true);
  expect((await api.terminateSession('a')).session.status).toBe('terminated');
});

it('a refusal carries the field and the rule it breaks', async () => {
  const { hub: { api } } = real.client();
  const refused = await api.sessions({ limit: 900 }).catch((failure: unknown) => failure);
  expect(refused).toBeInstanceOf(HubError);
  expect(refused).toMatchObject({ code: 'invalid_request', status: 400 });
  expect((refused as HubError).rule('limit')).toBe('must be a whole number from 1 to 200');
  expect((refused as HubError).rule('order')).toBeNull();
  await expect(api.setAlertRules({ high_cpu: { warning: 95 } })).rejects.toMatchObject({ fields: { high_cpu: ['warning must be less than error'] } });
  await expect(api.session('nobody')).rejects.toMatchObject({ code: 'not_found', status: 404 });
});

it('a hub that does not answer is a refusal, too, and giving up is not', async () => {
  const { api } = new Hub({ url: 'http://127.0.0.1:1', transport: new Line().transport });
  await expect(api.fleet()).rejects.toMatchObject({ name: 'HubError', code: 'unreachable', status: null });
  await expect(api.fleet({ signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
});

it('an answer that is no JSON, or is cut off, is a refusal, too', async () => {
  const answers: [status: number, body: string, cut: boolean][] = [[200, '<html>Log in</html>', false], [204, '', false], [200, '{"sessions":[', true]];
  const server = createServer((_, response) => {
    const [status, body, cut] = answers.shift()!;
    response.writeHead(status, cut ? { 'content-length': 1_000 } : {});
    if (cut) response.write(body, () => response.destroy());
    else response.end(body);
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { api } = new Hub({ url: `http://127.0.0.1:${server.address().port}`, transport: new Line().transport });
  await expect(api.sessions()).rejects.toMatchObject({ name: 'HubError', code: 'unavailable', status: 200 });
  await expect(api.pause('a')).rejects.toMatchObject({ name: 'HubError', code: 'unavailable', status: 204 });
  await expect(api.sessions()).rejects.toMatchObject({ name: 'HubError', code: 'unreachable', status: null });
  server.close();
});

it('all sessions are read, also where some of them end between two pages', async () => {
  const { hub: { api } } = real.client();
  const ids = Array.from({ length: 450 }, (_, i) => `paged-${i}`);
  await api.commands(ids.map((id) => ({ type: 'create' as const, session_id: id, project: 'paged' })));
  let pages = 0;
  const ended: string[] = [];
  const cut = new Hub({
    url: real.url,
    transport: new Line().transport,
    fetch: async (...call) => {
      pages += 1;
      // One, and then more than a page of those that were read.
      const gone = pages === 2 ? ids.slice(0, 1) : pages === 3 ? ids.slice(1, 221) : [];
      for (const id of gone) await api.terminateSession(id);
      ended.push(...gone);
      return fetch(...call);
    },
  });
  const { sessions, total } = await cut.api.allSessions({ project: 'paged' });
  const found = sessions.map(({ id }) => id);
  expect(total).toBe(450);
  expect(ids.filter((id) => !found.includes(id) && !ended.includes(id))).toEqual([]);
  expect(found).toHaveLength(new Set(found).size);
  expect(ended).toHaveLength(221);
});

it('a fleet of which some end before every request is read in about as many as it has pages', async () => {
  const { hub: { api } } = real.client();
  const ids = Array.from({ length: 1_000 }, (_, i) => `leaving-${i}`);
  await api.commands(ids.map((id) => ({ type: 'create' as const, session_id: id, project: 'leaving' })));
  let pages = 0;
  const ended: string[] = [];
  const leaving = new Hub({
    url: real.url,
    transport: new Line().transport,
    fetch: async (...call) => {
      const gone = ids.slice(pages * 30, ++pages * 30);
      await api.commands(gone.map((id) => ({ type: 'terminate' as const, session_id: id })));
      ended.push(...gone);
      return fetch(...call);
    },
  });
  const found = (await leaving.api.allSessions({ project: 'leaving' })).sessions.map(({ id }) => id);
  expect(ids.filter((id) => !found.includes(id) && !ended.includes(id))).toEqual([]);
  expect(found).toHaveLength(new Set(found).size);
  expect(pages).toBeLessThan(8);
});

it('a fleet that is always another is given up on', async () => {
  let pages = 0;
  const { api } = new Hub({
    transport: new Line().transport,
    fetch: async () => {
      pages += 1;
      if (pages > 1_000) throw new Error('it asks for ever');
      const sessions = Array.from({ length: 200 }, (_, i) => ({ id: `${pages}-${i}` }));
      return new Response(JSON.stringify({ sessions, total: 1_000 }));
    },
  });
  await expect(api.allSessions({ order: 'updated_at' })).rejects.toMatchObject({ name: 'HubError', code: 'unavailable' });
  expect(pages).toBeLessThan(50);
});
