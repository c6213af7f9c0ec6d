// @vitest-environment node
import { JSDOM } from 'jsdom';
import { spawn } from 'node:child_process';
import { describe, expect, it, vi } from 'vitest';
import needsYou from '../../examples/NeedsYou.tsx?raw';
import shared from '../../examples/shared.mjs?raw';
import sharedWorker from '../../examples/shared.worker.mjs?raw';
import steer from '../../examples/steer.mjs?raw';
import watch from '../../examples/watch.mjs?raw';
import hubReadme from '../../../../README.md?raw';
import readme from '../../README.md?raw';
import { ExclusiveLocks } from '../shared/browser.js';
import { Line, until, useRealHub } from './realHub.js';

const real = useRealHub();

it.each([['watch', 'js', watch], ['steer', 'js', steer], ['shared', 'js', shared], ['shared.worker', 'js', sharedWorker], ['NeedsYou', 'tsx', needsYou]])('the README shows %s as it is', (_, language, text) => {
  expect(readme).toContain(`\`\`\`${language}\n${text.trimEnd()}\n\`\`\``);
});

/** With the package as it is built, in a Node of its own. */
const run = (example: string) => node(`examples/${example}`);

function node(...args: string[]): { said: () => string; ended: Promise<number | null>; kill: () => void } {
  const started = spawn(process.execPath, args, { env: { ...process.env, ROLLCALL_URL: real.url } });
  let text = '';
  for (const stream of [started.stdout, started.stderr]) stream.on('data', (piece) => { text += String(piece); });
  return { said: () => text, ended: new Promise((resolve) => { started.on('close', resolve); }), kill: () => started.kill() };
}

describe('the examples for Node', () => {
  it('the one for any Phoenix client tells the state and what happens, as it stands in the README of the hub', async () => {
    const [code] = /(?<=```js\n)import \{ Socket \}.+?(?=```)/s.exec(hubReadme)!;
    const example = node('--input-type=module', '--eval', code.replace('ws://127.0.0.1:7655', real.url.replace('http', 'ws')));
    await until(() => expect(example.said()).toBe('[]\n'));
    const { hub: { api } } = real.client();
    await api.createSession({ id: 'told' });
    await until(() => expect(example.said()).toMatch(/session_created \{[\s\S]+'told'/));
    await api.terminateSession('told');
    example.kill();
    await example.ended;
  });

  it('watch tells who becomes what, and ends', async () => {
    const { hub: { api } } = real.client();
    await api.createSession({ id: 'watched', status: 'active' });
    const example = run('watch.mjs');
    await until(() => expect(example.said()).toBe('1 sessions are live\n'));
    await api.setStatus('watched', { status: 'idle' });
    await until(() => expect(example.said()).toContain('watched is idle\n'));
    await api.terminateSession('watched');
    expect(await example.ended).toBe(0);
  });

  it('steer names, pauses and finds a session, and is told that nobody owns it', async () => {
    const example = run('steer.mjs');
    expect(await example.ended).toBe(0);
    expect(example.said()).toMatch(/^1 found, the first is Checkout, paused: true\nno_owner: .+\n$/);
  });
});

it('the example for React shows the fleet, follows it, and steers it', async () => {
  // A page around React before it is loaded; the hub is started by Node, so that this file cannot be a page's as a whole.
  const { window } = new JSDOM('', { pretendToBeVisual: true });
  const { document, navigator, requestAnimationFrame } = window;
  const page = { window, document, navigator, requestAnimationFrame, IS_REACT_ACT_ENVIRONMENT: true };
  for (const [name, value] of Object.entries(page)) vi.stubGlobal(name, value);
  const [{ act }, { createRoot }, { App }] = await Promise.all([
    import('react'), import('react-dom/client'), import('../../examples/NeedsYou.js')]);
  const { hub, line } = real.client();
  await hub.api.createSession({ id: 'shown', name: 'Docs', status: 'active' });
  const place = document.createElement('div');
  const root = createRoot(place);
  const settled = () => act(async () => { await new Promise((resolve) => { setTimeout(resolve, 50); }); });
  await act(async () => root.render(<App hub={hub} />));
  await until(async () => { await settled(); expect(place.textContent).toContain('Docs: active'); });
  expect(place.textContent).toContain('0 need you');
  await hub.api.setStatus('shown', { status: 'error', error_message: 'no disk' });
  await until(async () => { await settled(); expect(place.textContent).toContain('1 need you'); });

  const asked = line.asked.length;
  act(() => [...place.querySelectorAll('button')].find((button) => button.textContent?.startsWith('Docs'))?.click());
  await until(async () => { await settled(); expect((await hub.api.session('shown')).is_paused).toBe(true); });
  expect(line.asked.slice(asked).filter((path) => path === '/api/v1/sessions')).toEqual([]);
  act(() => root.unmount());
  await until(() => expect(hub.topics).toEqual([]));
});

it('the example of a shared socket has it in the worker, and the page hears what happens', async () => {
  // A browser around both scripts: what connects to the worker, and the ports between them.
  const worker = new EventTarget();
  const locks = new ExclusiveLocks().of('browser');
  const starts: string[] = [];
  class SharedWorker extends EventTarget {
    readonly port: MessagePort;
    constructor(script: URL) {
      super();
      starts.push(script.pathname.split('/').at(-1)!);
      const { port1, port2 } = new MessageChannel();
      this.port = port1;
      worker.dispatchEvent(Object.assign(new Event('connect'), { ports: [port2] }));
    }
  }
  const line = new Line();
  const globals = {
    SharedWorker, navigator: { locks }, location: { origin: real.url }, WebSocket: line.transport, addEventListener: worker.addEventListener.bind(worker),
  };
  for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
  const said = vi.spyOn(console, 'log').mockImplementation(() => {});
  await import('../../examples/shared.worker.mjs');
  await import('../../examples/shared.mjs');
  const { hub: { api } } = real.client();
  await until(async () => {
    // One that begins before the hub has answered the join is in the state, and no news.
    await api.createSession({ project: 'heard' });
    expect(said).toHaveBeenCalledWith('session_created', expect.objectContaining({ session: expect.objectContaining({ project: 'heard' }) }));
  });
  expect(line.frames('sessions', 'phx_join')).toHaveLength(1);
  expect([starts, line.sockets.size]).toEqual([['shared.worker.mjs'], 1]);
});
