// @vitest-environment node
import { expect, it } from 'vitest';
import { Hub } from '../../src/index.js';
import { Line, until, useRealHub } from './realHub.js';

const real = useRealHub();

it('while no socket opens, the state is asked for, then streamed; with the socket back, HTTP is silent', async () => {
  const id = real.newId();
  // Before there is this client: one that watches nothing yet would be asked about ten seconds later.
  const { api } = real.client().hub;
  await api.createSession({ id, project: 'shop', status: 'active' });
  await api.createSession({ id: `${id}-other`, project: 'billing', status: 'active' });
  const { hub, line } = real.client();
  line.close();
  const [sessions, project, one, metrics] = [
    hub.watch('sessions'), hub.watch('project:shop'), hub.watch(`session:${id}`), hub.watch('metrics'),
  ];
  const ofProject: string[] = [];
  project.onEvent(({ payload }) => ofProject.push('session_id' in payload ? payload.session_id : ''));
  await until(() => expect(hub.connection.fallback).toBe('stream'));
  expect(hub.connection.phase).not.toBe('live');
  expect(sessions.state?.sessions.map((each) => each.id).sort()).toEqual([id, `${id}-other`]);
  expect(project.state?.sessions.map((each) => each.id)).toEqual([id]);
  expect(metrics.state?.aggregate?.tasks_running).toBe(0);

  const polls = line.asked.length;
  await hub.api.startTask(id, { task_id: 't', name: 'build' });
  await hub.api.appendOutput(id, { text: 'line 1' });
  await hub.api.updateSession(`${id}-other`, { name: 'elsewhere' });
  await until(() => {
    expect(one.state).toMatchObject({ tasks: [{ task_id: 't' }], output: [{ text: 'line 1' }] });
    expect(sessions.state?.sessions.find((each) => each.id === `${id}-other`)?.name).toBe('elsewhere');
    expect(metrics.state?.aggregate?.tasks_running).toBe(1);
  });
  expect(new Set(ofProject)).toEqual(new Set([id]));
  // The three commands, and nothing else.
  expect(line.asked.length).toBe(polls + 3);

  line.shut = false;
  await until(() => expect(hub.connection).toMatchObject({ phase: 'live', fallback: null }));
  await hub.api.updateSession(id, { name: 'over the socket' });
  await until(() => expect(one.state?.session?.name).toBe('over the socket'));
  const asked = line.asked.length;
  await new Promise((resolve) => { setTimeout(resolve, 11_000); });
  expect(line.asked.length).toBe(asked);
  expect(one.state?.output.map((piece) => piece.text)).toEqual(['line 1']);
});

it('what is watched only when the state is streamed already is asked for and streamed, too', async () => {
  const id = real.newId();
  const { api } = real.client().hub;
  await api.createSession({ id, status: 'active' });
  const { hub, line } = real.client();
  line.close();
  hub.watch('sessions');
  await until(() => expect(hub.connection.fallback).toBe('stream'));
  const one = hub.watch(`session:${id}`);
  await until(() => expect(one.state?.session?.id).toBe(id));
  await until(() => expect(hub.connection.fallback).toBe('stream'));
  await api.appendOutput(id, { text: 'line 1' });
  await until(() => expect(one.state?.output).toMatchObject([{ text: 'line 1' }]), 9_000);
});

it('a session that is not there ends nobody else\'s stream', async () => {
  const { hub, line } = real.client();
  line.close();
  const fleet = hub.watch('sessions');
  await until(() => expect(hub.connection.fallback).toBe('stream'));
  hub.watch(`session:${real.newId()}`);
  expect(hub.connection.fallback).toBe('polling');
  const { api } = real.client().hub;
  let id = '';
  await until(async () => {
    // A stream that goes on where another ended opens with the first thing that it tells.
    await api.createSession({ id: id = real.newId() });
    expect(hub.connection.fallback).toBe('stream');
  });
  await until(() => expect(fleet.state?.sessions.some((session) => session.id === id)).toBe(true), 9_000);
});

it('a project with commas in its name is streamed, also where a part of it looks like a topic', async () => {
  const { api } = real.client().hub;
  const [id, name] = [real.newId(), `${real.newId()},sessions`];
  await api.createSession({ id, project: name });
  const { hub, line } = real.client();
  line.close();
  const project = hub.watch(`project:${name}`);
  await until(() => expect(hub.connection.fallback).toBe('stream'));
  await until(() => expect(project.state?.sessions.map((each) => each.id)).toEqual([id]));
  await api.updateSession(id, { name: 'heard' });
  await until(() => expect(project.state?.sessions[0]?.name).toBe('heard'), 9_000);
  expect(hub.connection.fallback).toBe('stream');
});

it('a key that may not see everything has the rest all the same, and is told what it may not', async () => {
  const { api } = real.client().hub;
  const [id, project] = [real.newId(), real.newId()];
  await api.createSession({ id, project });
  const { token } = await api.createToken({ scopes: ['watch'], projects: [project] });
  const line = new Line();
  line.close();
  const hub = new Hub({ url: real.url, transport: line.transport, fetch: line.fetch, token });
  hub.connect();
  const [metrics, sessions, alerts] = [hub.watch('metrics'), hub.watch('sessions'), hub.watch('alerts')];
  await until(() => expect(hub.connection.fallback).toBe('stream'));
  expect(sessions.state?.sessions.map((each) => each.id)).toEqual([id]);
  expect([metrics.refusal?.code, alerts.refusal?.code, hub.connection.refusal]).toEqual(['forbidden', 'forbidden', null]);
  await api.updateSession(id, { name: 'heard' });
  await until(() => expect(sessions.state?.sessions[0]?.name).toBe('heard'), 9_000);
  line.shut = false;
  await until(() => expect(hub.connection).toMatchObject({ phase: 'live', fallback: null }));
  expect([metrics.status, sessions.status, alerts.status]).toEqual(['refused', 'live', 'refused']);
  hub.close();
});

it('a key that may see nothing of what is watched is told so', async () => {
  const { api } = real.client().hub;
  const { token } = await api.createToken({ scopes: ['watch'], projects: [real.newId()] });
  const line = new Line();
  line.close();
  const hub = new Hub({ url: real.url, transport: line.transport, fetch: line.fetch, token });
  hub.connect();
  hub.watch('metrics');
  await until(() => expect(hub.connection).toMatchObject({ phase: 'offline', refusalCode: 'forbidden', fallback: null }));
  hub.close();
});

it('a key that is not accepted is said by HTTP, as the handshake cannot say it', async () => {
  const { line } = real.client();
  const hub = new Hub({ url: real.url, transport: line.transport, token: 'rlc_nobody_nothing' });
  hub.connect();
  hub.watch('sessions');
  await until(() => expect(hub.connection).toMatchObject({ phase: 'offline', refusal: expect.stringMatching(/key|token/) }));
  hub.close();
});
