import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { agents, play, playScene } from '../../samples/replay-morning.mjs';
import { hook } from '../../samples/morning/steps.mjs';
import { create, send, terminate } from './crowd.mjs';
import { becomes, eventually } from './eventually.mjs';
import { startGate } from './gate.mjs';
import { startHub } from './hub.mjs';
import { openBrowser } from './watcher.mjs';

const { shop, billing, docs } = agents;

describe('a page that watches', () => {
  let hub, browser, gate;
  const scene = (name) => play(name, { url: hub.url, speed: Infinity });
  const prompt = (agent) => playScene(
    { steps: [hook(0, { ...agent, promptId: randomUUID() }, 'UserPromptSubmit', { prompt: 'Try again.' })] },
    { url: hub.url, speed: Infinity },
  );

  before(async () => { browser = await openBrowser(); });
  beforeEach(async () => {
    await hub?.stop();
    hub = await startHub();
    await scene('shop-starts');
    await scene('docs-starts');
  });
  afterEach(async () => {
    await gate?.close();
    gate = undefined;
  });
  after(async () => {
    await browser?.close();
    await hub?.stop();
  });

  it('whose hub was killed is live again after the restart, with the right state and no reload', async () => {
    const watcher = await browser.watch(hub.url);
    await watcher.sees(shop.id, 'Working');
    await hub.kill();
    await watcher.isPhase('reconnecting');
    await becomes('it counts its tries', () => watcher.page.getByTestId('connection').textContent(), /^Reconnecting \(\d+\)$/);
    await hub.restart();
    await scene('docs-fails');
    await watcher.isPhase('live');
    await watcher.sees(docs.id, 'Error');
    await watcher.sees(shop.id, 'Working');
    await scene('shop-finishes');
    await watcher.sees(shop.id, null);
    assert.equal(watcher.loads, 1);
    assert.deepEqual(watcher.complaints, []);
    await watcher.page.close();
  });

  it('shows nothing more of a hub that came back with another log, not in what has ended, nor in the past', async () => {
    const isThere = async (id) => {
      await send(hub, [create(id), terminate(id)]);
      return id;
    };
    const old = await isThere('old');
    const ended = await browser.watch(`${hub.url}/?tab=ended`);
    const past = await browser.watch(`${hub.url}/fleet/past`);
    const rows = () => ended.page.$$eval('[data-testid=session]', (all) => all.map((row) => row.dataset.sessionId));
    const begins = async () => Number(await past.page.getByTestId('scrubber').getAttribute('min'));
    await becomes('it has ended', rows, [old]);
    const began = await begins();
    await becomes('the address has the moment', () => new URL(past.page.url()).search, /seq=\d/);
    await hub.kill();
    for (const watcher of [ended, past]) await watcher.isPhase('reconnecting');
    await hub.forget();
    await hub.restart();
    const other = await isThere('new');
    for (const watcher of [ended, past]) await watcher.isPhase('live');
    await eventually('nothing is left of the old one', async () => !(await rows()).includes(old), { seen: rows });
    await ended.page.getByRole('tab', { name: 'Live' }).click();
    await ended.page.getByRole('tab', { name: 'Ended' }).click();
    await becomes('only the new one has ended', rows, [other]);
    await eventually('the past begins anew', async () => (await begins()) > began, { seen: begins });
    assert.equal(await past.page.getByRole('alert').filter({ hasText: /\S/ }).count(), 0);
    for (const { page } of [ended, past]) await page.close();
  });

  it('hears what it is told compressed, as every browser offers', async () => {
    gate = await startGate(hub);
    const watcher = await browser.watch(gate.url);
    await watcher.isPhase('live');
    browser.workers.handshakes.length = 0;
    const extensions = () => browser.workers.handshakes.map(({ headers }) => headers['Sec-WebSocket-Extensions'] ?? headers['sec-websocket-extensions']);
    await eventually('a handshake is known', async () => {
      // The first may be over before anybody looks on: a worker is shown once it runs.
      gate.shut();
      await watcher.isPhase('reconnecting');
      gate.open();
      await watcher.isPhase('live');
      return extensions().length > 0;
    });
    assert.match(extensions()[0], /^permessage-deflate; server_no_context_takeover/);
    await watcher.sees(shop.id, 'Working');
    await scene('shop-finishes');
    await watcher.sees(shop.id, null);
    await watcher.page.close();
  });

  it('forgets an error as soon as the agent goes on, tooltip and text', async () => {
    const watcher = await browser.watch(hub.url);
    await scene('docs-fails');
    await watcher.sees(docs.id, 'Error');
    await prompt(docs);
    await watcher.sees(docs.id, 'Working');
    await becomes('its tooltip is gone', () => watcher.badge(docs.id).getAttribute('title'), null);
    await becomes('its text is gone', () => watcher.row(docs.id).getByTestId('error-message').count(), 0);
    await watcher.page.close();
  });

  it('goes back to the project once a name is cleared with null', async () => {
    const watcher = await browser.watch(hub.url);
    const rename = (name) => fetch(`${hub.url}/api/v1/sessions/${docs.id}`, {
      method: 'PATCH', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name }),
    });
    assert.equal((await rename('Quick start, second draft')).status, 200);
    await watcher.seesText(docs.id, 'Quick start, second draft');
    await rename(null);
    await eventually('the name is gone', async () => !(await watcher.row(docs.id).textContent()).includes('second draft'));
    await watcher.seesText(docs.id, 'docs-site');
    await watcher.page.close();
  });

  it('polls only while its socket is down, and misses nothing', async () => {
    gate = await startGate(hub);
    const watcher = await browser.watch(gate.url);
    await watcher.isPhase('live');
    assert.deepEqual(watcher.listRequests, []);

    gate.shut();
    await watcher.isPhase('reconnecting');
    await scene('billing-starts');
    await scene('billing-asks');
    await watcher.sees(billing.id, 'Waiting');
    // Every ten seconds: the second is for what happened behind the first on a busy machine.
    assert.ok([1, 2].includes(watcher.listRequests.length), `${watcher.listRequests.length} polls`);

    await scene('docs-fails');
    gate.open();
    await watcher.isPhase('live');
    await watcher.sees(docs.id, 'Error');
    const polled = watcher.listRequests.length;
    await sleep(11_000);
    assert.equal(watcher.listRequests.length, polled);
    assert.deepEqual(watcher.complaints, []);
    await watcher.page.close();
  });

  it('says nothing of a blink, and after half a second that what it shows is old, and how old', async () => {
    gate = await startGate(hub);
    const watcher = await browser.watch(gate.url, (page) => page.addInitScript(() => {
      window.blink = { banners: 0, from: null, lasted: null };
      new MutationObserver(() => {
        const { blink } = window;
        blink.banners += document.querySelectorAll('[data-testid=connection-banner]').length;
        const isLive = document.querySelector('[data-testid=connection]')?.dataset.phase === 'live';
        if (!isLive) blink.from ??= performance.now();
        else if (blink.from !== null) blink.lasted ??= performance.now() - blink.from;
      }).observe(document, { childList: true, subtree: true, attributes: true });
    }));
    const { page } = watcher;
    await watcher.sees(shop.id, 'Working');
    // On a busy machine it may last longer than a blink.
    let blink;
    for (let tries = 0; tries < 10 && !(blink?.lasted < 450); tries++) {
      await page.evaluate(() => { window.blink = { banners: 0, from: null, lasted: null }; });
      gate.shut();
      await watcher.isPhase('reconnecting');
      gate.open();
      await watcher.isPhase('live');
      blink = await page.evaluate(() => window.blink);
    }
    assert.ok(blink.lasted < 450, `it lasted ${blink.lasted} ms`);
    assert.equal(blink.banners, 0, 'a blink');

    gate.shut();
    await page.getByTestId('connection-banner').waitFor();
    await becomes('it says how old', () => page.getByTestId('connection-banner').textContent(), /Reconnecting… This is the state of (now|\d+s ago)\.$/);
    await eventually('it grows old', async () => /[2-9]s ago/.test(await page.getByTestId('as-of').textContent()));
    const greyed = (selector) => page.$eval(selector, (part) => getComputedStyle(part).filter);
    await becomes('the page is grey', () => greyed('main'), 'grayscale(1)');
    await becomes('the sidebar is grey', () => greyed('[data-testid=projects]'), 'grayscale(1)');
    await watcher.sees(shop.id, 'Working');

    gate.open();
    await watcher.isPhase('live');
    await page.getByTestId('connection-banner').waitFor({ state: 'detached' });
    await becomes('the page has its colours again', () => greyed('main'), 'none');
    await page.close();
  });

  it('looks away while nobody looks at it, and has the right title all the same', async () => {
    const watcher = await browser.watch(hub.url);
    await watcher.seesTitle('Rollcall');
    const front = await browser.watch('about:blank');
    await front.page.bringToFront();
    await scene('docs-fails');
    await watcher.seesTitle('(1) Rollcall');
    await front.page.close();
    await watcher.page.close();
  });
});
