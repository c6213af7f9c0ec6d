import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { create, send, status, terminate } from './crowd.mjs';
import { becomes, eventually } from './eventually.mjs';
import { startHub } from './hub.mjs';
import { openBrowser } from './watcher.mjs';

const images = new URL('../../docs/images/', import.meta.url);
const api = async (hub, path) => (await fetch(`${hub.url}/api/v1${path}`)).json();

const cast = [
  ['checkout', 'Checkout: retry failed payments', 'shop', 'claude-code', 'atlas', 'claude-sonnet-4-5'],
  ['search', 'Rank by freshness', 'shop', 'claude-code', 'atlas', 'claude-sonnet-4-5'],
  ['invoice', 'Round the tax right', 'billing', 'codex', 'nova', 'gpt-5-codex'],
  ['dunning', 'Dunning letters in German', 'billing', 'claude-code', 'nova', 'claude-opus-4-1'],
  ['guide', 'Write the upgrade guide', 'docs', 'gemini', 'atlas', 'gemini-2.5-pro'],
  ['flaky', 'Find the flaky test', 'infra', 'claude-code', 'build-1', 'claude-sonnet-4-5'],
  ['images', 'Shrink the images', 'infra', 'opencode', 'build-1', 'qwen3-coder'],
  ['ios', 'Dark mode for the app', 'mobile', 'claude-code', 'nova', 'claude-opus-4-1'],
];
const ids = cast.map(([id]) => id);

describe('the fleet', () => {
  let hub, browser;
  before(async () => {
    hub = await startHub();
    browser = await openBrowser();
    for (const [id, name, project, agent, host, model] of cast) {
      await send(hub, [create(id, { name, project, agent, host, model, cwd: `/home/ada/${project}` }), { type: 'start_task', session_id: id, task_id: 't' }]);
      await sleep(120);
    }
    for (let turn = 0; turn < 12; turn++) {
      await send(hub, ids.filter((_, n) => (n + turn) % 3 !== 0).map((id, n) => (
        { type: 'usage', session_id: id, input_tokens: 4_000 + 900 * ((n * 7 + turn * 5) % 11), output_tokens: 300 + 90 * ((n * 3 + turn) % 7), cost_usd: 0.02 + 0.01 * ((n + turn) % 5) })));
      await sleep(120);
    }
    await send(hub, [status('invoice', 'waiting', { waiting_for: 'permission', waiting_text: 'Bash: make migrate' })]);
    await sleep(60);
    await send(hub, [status('flaky', 'error', { error_message: 'rate_limit' })]);
    await sleep(60);
    await send(hub, [status('guide', 'idle'), { type: 'complete_task', session_id: 'guide', task_id: 't' }]);
    await send(hub, [terminate('images')]);
  });
  after(async () => {
    await browser?.close();
    await hub?.stop();
  });

  const open = async (address, prepare) => {
    const watcher = await browser.watch(hub.url + address, prepare);
    await watcher.isPhase('live');
    return watcher;
  };
  const textOf = (page, id) => page.getByTestId(id).textContent();
  const says = (page, id, wanted) => eventually(`${id} says ${wanted}`, async () => (await textOf(page, id)) === wanted, { seen: () => textOf(page, id) });
  const legend = (page, at, name) => page.getByTestId('legend').nth(at).locator('div', { hasText: name }).locator('dd').textContent();

  it('has the seven figures big, and follows them', async () => {
    const { page } = await open('/fleet');
    const { tasks_running, estimated_cost_usd } = await api(hub, '/fleet');
    await says(page, 'fleet-tasks', String(tasks_running));
    await says(page, 'fleet-cost', `$${estimated_cost_usd.toFixed(2)}`);
    await says(page, 'fleet-state', 'Running');
    await send(hub, [{ type: 'start_task', session_id: 'search', task_id: 'more' }]);
    await says(page, 'fleet-tasks', String(tasks_running + 1));
    await fetch(`${hub.url}/api/v1/fleet/pause`, { method: 'POST' });
    await send(hub, [{ type: 'complete_task', session_id: 'search', task_id: 'more' }]);
    await says(page, 'fleet-state', 'Paused');
    await fetch(`${hub.url}/api/v1/fleet/resume`, { method: 'POST' });
    await send(hub, [{ type: 'start_task', session_id: 'search', task_id: 'again' }]);
    await says(page, 'fleet-state', 'Running');
    await page.close();
  });

  it('fills its charts from the log, and keeps them up from the socket without asking again', async () => {
    const asked = [];
    const { page, complaints } = await open('/fleet', (tab) => tab.on('request', (request) => asked.push(new URL(request.url()).pathname)));
    await page.locator('[data-testid=charts][data-loaded=true]').waitFor();
    await eventually('the charts are drawn', async () => (await page.locator('[data-testid=plot] canvas').count()) === 3);
    const { by_status } = await api(hub, '/sessions/count');
    await eventually('the legend tells how many work', async () => (await legend(page, 0, 'Working')) === String(by_status.active));
    await becomes('the legend tells how many wait', () => legend(page, 0, 'Waiting'), '1');
    await page.getByTestId('chart').nth(1).getByText('As a table').click();
    const tokens = () => page.getByTestId('chart').nth(1).locator('tbody td').allTextContents();
    const { sessions } = await api(hub, '/sessions?limit=200');
    assert.ok(sessions.some(({ usage }) => usage.input_tokens > 10_000));
    await eventually("the log's tokens are there", async () => (await tokens()).some((cell) => /K$/.test(cell)), { seen: tokens });
    const requests = () => asked.filter((path) => path.startsWith('/api/')).length;
    let before;
    await eventually('it has asked for all that it wants', async () => {
      before = requests();
      await sleep(1_000);
      return requests() === before;
    });
    await send(hub, [status('guide', 'active'), { type: 'usage', session_id: 'guide', input_tokens: 9_000_000, output_tokens: 1_000, cost_usd: 1 }]);
    await eventually('it is in the table', async () => (await tokens()).some((cell) => /M$/.test(cell)), { seen: tokens });
    await eventually('it is in the legend', async () => (await legend(page, 0, 'Working')) === String(by_status.active + 1));
    assert.equal(requests(), before, 'nothing was asked over HTTP');
    assert.deepEqual(complaints, []);
    await send(hub, [status('guide', 'idle')]);
    await page.close();
  });

  it('tells in the legend what is under the pointer, and goes there by a click', async () => {
    const { page } = await open('/fleet');
    await page.locator('[data-testid=charts][data-loaded=true]').waitFor();
    const chart = page.getByTestId('chart').first();
    await chart.getByText('Now').waitFor();
    const over = chart.locator('.u-over');
    const { width } = await over.boundingBox();
    await over.hover({ position: { x: width - 3, y: 40 } });
    await chart.getByText('Now').waitFor({ state: 'detached' });
    await over.click({ position: { x: width - 3, y: 40 } });
    await page.getByTestId('past-banner').waitFor();
    await page.close();
  });

  it('breaks the sessions down by what the address says', async () => {
    const { page } = await open('/fleet?by=agent');
    await page.locator('[data-share="claude-code"]').waitFor();
    await page.getByRole('button', { name: 'By project' }).click();
    await page.locator('[data-share=shop]').waitFor();
    await becomes('the address says so', () => new URL(page.url()).searchParams.get('by'), 'project');
    await becomes('it says how they are', () => page.locator('[data-share=billing]').textContent(), /1 waiting, 1 working/);
    await page.close();
  });

  it('has the machines: the hub’s own, one that reports, and what could not be had', async () => {
    const report = await fetch(`${hub.url}/api/v1/hosts/nova`, {
      method: 'POST', headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ cpu_percent: 37, memory_percent: 61, containers: [{ name: 'postgres', state: 'running', cpu_percent: 4, memory_percent: 12 }] }),
    });
    assert.ok(report.ok);
    const { page } = await open('/fleet');
    const nova = page.locator('[data-host=nova]');
    await eventually('it is there', async () => /37%.*61%.*not known.*postgres/s.test(await nova.textContent()), { seen: () => nova.textContent() });
    await page.locator('[data-host]').filter({ hasText: 'the hub’s own' }).waitFor();
    await page.close();
  });

  it('believes what a realtime_update says of containers, be it a list or a failure', async () => {
    const { page } = await open('/fleet', async (tab) => {
      // Playwright reaches the sockets of pages only.
      await tab.addInitScript(() => { delete window.SharedWorker; });
      await tab.routeWebSocket(/\/socket\/websocket/, (socket) => {
        const server = socket.connectToServer();
        server.onMessage((text) => {
          const frame = typeof text === 'string' && text.includes('"realtime_update"') ? JSON.parse(text) : null;
          if (frame) {
            frame[4].containers = [{ name: 'redis', state: 'running', cpu_percent: 2, memory_percent: null, memory_bytes: 52_000_000 }];
            frame[4].hosts = { error: 'there is no /proc here' };
          }
          socket.send(frame ? JSON.stringify(frame) : text);
        });
      });
    });
    await page.getByText('there is no /proc here').waitFor();
    await becomes('the container is there', () => page.getByTestId('containers').textContent(), /redis.*52 MB/);
    await page.close();
  });

  describe('in the past', () => {
    const shown = async (page) => Object.fromEntries(await page.$$eval('[data-past-session]', (rows) => rows.map((row) => [row.dataset.pastSession, row.dataset.status])));
    const truth = async (query) => Object.fromEntries((await api(hub, `/fleet/at?${query}`)).sessions.map(({ id, status: is }) => [id, is]));
    const seqOf = async (page) => Number(await page.getByTestId('past-page').getAttribute('data-seq'));
    const agrees = async (page) => {
      let seq;
      await eventually('the page shows what the hub says', async () => {
        seq = await seqOf(page);
        assert.deepEqual(await shown(page), await truth(`seq=${seq}`), `at event ${seq}`);
        return true;
      });
      return seq;
    };
    const at = async (address) => {
      const watcher = await open(address);
      await watcher.page.getByTestId('past-list').waitFor();
      await watcher.page.locator('[data-testid=past-page][data-asking=false]').waitFor();
      return watcher;
    };

    it('says clearly that it is the past, and leads back to now', async () => {
      const { page } = await open('/fleet');
      await page.getByTestId('look-back').click();
      await page.getByTestId('past-banner').getByText('The fleet as it was').waitFor();
      const colour = await page.getByTestId('past-page').evaluate((element) => getComputedStyle(element).backgroundColor);
      assert.notEqual(colour, await page.locator('main').evaluate((element) => getComputedStyle(element).backgroundColor));
      await page.getByTestId('back-to-now').click();
      await page.getByTestId('fleet-page').waitFor();
      await page.close();
    });

    it('is, at every step, what the hub says it was: forward and back, by the arrows', async () => {
      const { page, complaints } = await at('/fleet/past?seq=14');
      const asked = [];
      page.on('request', (request) => asked.push(new URL(request.url()).pathname));
      for (const key of ['ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowLeft', 'ArrowRight', 'ArrowRight']) {
        const before = await seqOf(page);
        await page.keyboard.press(key);
        await eventually('it has moved', async () => (await seqOf(page)) !== before);
        await agrees(page);
      }
      assert.equal(await seqOf(page), 18);
      assert.deepEqual(asked.filter((path) => path.startsWith('/api/')), [], 'what was read is enough');
      for (let back = 0; back < 6; back++) {
        const before = await seqOf(page);
        await page.getByTestId('scrubber').press('ArrowLeft');
        await eventually('it has moved', async () => (await seqOf(page)) < before);
      }
      assert.equal(await agrees(page), 12);
      assert.deepEqual(complaints, []);
      await page.close();
    });

    it('adds up what was live then', async () => {
      const head = (await api(hub, '/events?limit=1')).head;
      const { page } = await at('/fleet/past?seq=1');
      await page.keyboard.press('ArrowRight');
      for (let seq = 2; seq < Math.min(head, 40); seq++) await page.keyboard.press('ArrowRight');
      await eventually('it is there', async () => (await seqOf(page)) === Math.min(head, 40), { seen: () => seqOf(page) });
      const seq = await agrees(page);
      const { sessions } = await api(hub, `/fleet/at?seq=${seq}`);
      const number = (value) => Number(value.replace(/[$,]/g, ''));
      await becomes('the sessions', async () => number(await textOf(page, 'past-sessions')), sessions.length);
      await becomes('their tasks', async () => number(await textOf(page, 'past-tasks')), sessions.reduce((sum, each) => sum + each.tasks_running, 0));
      await page.close();
    });

    it('keeps the moment in the address, over a reload and for somebody else', async () => {
      const { page } = await at('/fleet/past?seq=20');
      await page.keyboard.press('ArrowRight');
      await eventually('the address says so', () => new URL(page.url()).searchParams.get('seq') === '21', { seen: () => page.url() });
      assert.equal(await agrees(page), 21);
      const before = await shown(page);
      await page.reload();
      await eventually('it is the same', async () => (await seqOf(page)) === 21 && JSON.stringify(await shown(page)) === JSON.stringify(before));
      await page.close();
    });

    it('goes where the scrubber is put', async () => {
      const { page } = await at('/fleet/past');
      const [from, to] = await page.getByTestId('scrubber').evaluate((element) => [Number(element.min), Number(element.max)]);
      for (const part of [0.02, 0.6, 0.3]) {
        const when = () => new URL(page.url()).searchParams.get('at');
        const before = when();
        await page.getByTestId('scrubber').fill(String(Math.round(from + (to - from) * part)));
        await eventually('the address says when', () => when() !== null && when() !== before, { seen: () => page.url() });
        await page.locator('[data-testid=past-page][data-asking=false]').waitFor();
        await agrees(page);
      }
      await page.close();
    });

    it('plays forward at speed by the space bar, asks for no further state, and stops at now', async () => {
      const { page } = await at('/fleet/past?seq=2');
      const asked = [];
      page.on('request', (request) => asked.push(new URL(request.url()).pathname));
      await page.getByRole('button', { name: '10× speed' }).click();
      await page.evaluate(() => document.activeElement.blur());
      await page.keyboard.press(' ');
      await eventually('it runs', async () => (await seqOf(page)) > 4);
      await page.keyboard.press(' ');
      await page.locator('[data-testid=past-page][data-playing=false]').waitFor();
      await agrees(page);
      await page.getByRole('button', { name: '600× speed' }).click();
      await page.getByTestId('play').click();
      await page.locator('[data-testid=past-page][data-playing=false]').waitFor();
      await eventually('it has arrived', async () => (await seqOf(page)) === (await api(hub, '/events?limit=1')).head, { seen: () => seqOf(page) });
      await agrees(page);
      assert.equal(asked.filter((path) => path === '/api/v1/fleet/at').length, 0);
      await page.close();
    });

    it('tells what happened last', async () => {
      const { events } = await api(hub, '/events?limit=1000');
      const { payload } = events.find(({ event, payload: { status: is } }) => event === 'session_status' && is === 'waiting');
      const { page } = await at(`/fleet/past?seq=${payload.seq}`);
      await eventually('it says so', async () => /Round the tax right: active → waiting/.test(await textOf(page, 'last-event')), { seen: () => textOf(page, 'last-event') });
      await page.close();
    });

    it('says why, when there is no such moment', async () => {
      const { page } = await open('/fleet/past?seq=99999999');
      await page.getByRole('alert').filter({ hasText: 'last event' }).waitFor();
      await page.close();
    });
  });

  it('greys what it last knew while the hub is away, and is right again afterwards', async () => {
    const watcher = await open('/fleet');
    const { page } = watcher;
    await page.locator('[data-testid=charts][data-loaded=true]').waitFor();
    await hub.kill();
    await page.locator('main[data-outdated=true]').waitFor();
    await page.getByTestId('fleet-page').waitFor();
    await hub.restart();
    await watcher.isPhase('live');
    await send(hub, [status('search', 'waiting', { waiting_for: 'question' })]);
    await eventually('the chart knows', async () => (await legend(page, 0, 'Waiting')) === '2', { seen: () => legend(page, 0, 'Waiting') });
    await page.close();
  });
});

/** The pictures are of a fleet that has worked for a while: a minute and a half, so they are taken only when they are missing. */
const pictures = [['fleet', '/fleet', 'charts'], ['past', null, 'past-list']].flatMap(([name, address, ready]) => (
  [['', 1_440, 900], ['-phone', 390, 844]].flatMap(([kind, width, height]) => ['light', 'dark'].map((colorScheme) => (
    { address, ready, size: { width, height }, colorScheme, path: fileURLToPath(new URL(`${name}${kind}-${colorScheme}.png`, images)) })))))
  .filter(({ path }) => process.env.ROLLCALL_SCREENSHOTS === '1' || !existsSync(path));

describe('the pictures of the fleet', { skip: pictures.length === 0 }, () => {
  let hub, browser;
  before(async () => {
    hub = await startHub();
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await hub?.stop();
  });

  it('are taken', async () => {
    const born = (id) => {
      const [, name, project, agent, host, model] = cast.find((each) => each[0] === id);
      return [create(id, { name, project, agent, host, model, cwd: `/home/ada/${project}` }), { type: 'start_task', session_id: id, task_id: 't' }];
    };
    const scenes = {
      0: [...born('checkout'), ...born('guide')],
      6: born('invoice'),
      11: [...born('search'), ...born('ios')],
      20: born('flaky'),
      26: [...born('images'), status('invoice', 'waiting', { waiting_for: 'permission', waiting_text: 'Bash: make migrate' })],
      33: born('dunning'),
      41: [status('flaky', 'error', { error_message: 'rate_limit' })],
      48: [status('invoice', 'active')],
      55: [status('ios', 'waiting', { waiting_for: 'question', waiting_text: 'Should the icons follow the system, too?' })],
      60: [status('guide', 'idle'), { type: 'complete_task', session_id: 'guide', task_id: 't' }],
      66: [status('flaky', 'active')],
      72: [{ type: 'complete_task', session_id: 'images', task_id: 't' }, terminate('images')],
      80: [status('dunning', 'waiting', { waiting_for: 'plan', waiting_text: 'Three letters, the last by post' })],
    };
    const present = [];
    for (let second = 0; second < 90; second++) {
      await send(hub, scenes[second] ?? []);
      present.push(...(scenes[second] ?? []).filter(({ type }) => type === 'create').map(({ session_id }) => session_id));
      const reporter = present[(second * 5) % present.length];
      if (second % 2 === 0 && reporter !== 'images') {
        const weight = 1 + Math.sin(second / 9) / 2;
        await send(hub, [{ type: 'usage', session_id: reporter, input_tokens: Math.round(21_000 * weight), output_tokens: Math.round(1_700 * weight), cost_usd: 0.06 * weight }]);
      }
      await sleep(1_000);
    }
    const report = (name, figures) => fetch(`${hub.url}/api/v1/hosts/${name}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(figures) });
    const { events } = await api(hub, '/events?limit=1000');
    const asked = events.find(({ event, payload }) => event === 'session_status' && payload.session_id === 'ios' && payload.status === 'waiting');
    for (const { address, ready, size, colorScheme, path } of pictures) {
      await report('nova', { cpu_percent: 37, memory_percent: 61, disk_percent: 44, containers: [{ name: 'postgres', state: 'running', cpu_percent: 4, memory_percent: 12 }] });
      await report('build-1', { cpu_percent: 82, memory_percent: 48, disk_percent: 71 });
      const { page } = await browser.watch(hub.url + (address ?? `/fleet/past?seq=${asked.payload.seq + 1}`), async (tab) => {
        await tab.setViewportSize(size);
        await tab.emulateMedia({ colorScheme });
      });
      await page.getByTestId(ready).waitFor();
      await sleep(1_500);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), size.width, 'nothing sticks out');
      await page.screenshot({ path });
      await page.close();
    }
  });
});

describe('a fleet of which nothing is known', () => {
  let hub, browser;
  before(async () => {
    hub = await startHub();
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await hub?.stop();
  });

  it('says so, on the page and in the past', async () => {
    const { page, complaints } = await browser.watch(`${hub.url}/fleet`);
    await page.getByText('No session is live').waitFor();
    await page.goto(`${hub.url}/fleet/past`);
    // A busy machine may have raised an alert already, which then is the past.
    await page.getByText(/There is no past yet|No session was live/).waitFor();
    assert.deepEqual(complaints, []);
    await page.close();
  });
});
