import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { get } from 'node:http';
import { agents, play } from '../../../samples/replay-morning.mjs';
import { becomes, isQuick } from '../eventually.mjs';
import { startHub } from '../hub.mjs';
import { openBrowser } from '../watcher.mjs';

const MOST_KB = 250;

/** A page with nothing in it but the way to its settings. */
const BARE = `<a href="#" onclick="document.body.innerHTML='<h1>Settings</h1>'">Settings</a>`;

/** Bytes of an answer's body as they come to a browser that takes gzip: over plain HTTP, none takes more. */
const bytesOnTheWire = (url) => new Promise((resolve, reject) => {
  get(url, { headers: { 'accept-encoding': 'gzip', accept: 'text/html, */*' } }, (answer) => {
    let bytes = 0;
    answer.on('data', (part) => { bytes += part.length; }).on('end', () => resolve(bytes)).on('error', reject);
  }).on('error', reject);
});

/** Goes to the settings: how many milliseconds after the page's beginning it is there. */
async function usedAfter(page) {
  await page.getByRole('link', { name: 'Settings' }).first().click();
  await page.getByRole('heading', { name: 'Settings', level: 1 }).waitFor();
  const milliseconds = await page.evaluate(() => Math.round(performance.now()));
  await page.close();
  return milliseconds;
}

describe('the first load', () => {
  let hub, browser;
  before(async () => {
    hub = await startHub();
    browser = await openBrowser({ motion: true });
  });
  after(async () => {
    await browser?.close();
    await hub?.stop();
  });

  it(`is at most ${MOST_KB} KB compressed, with all that the first view needs, and all of it from the hub`, async (t) => {
    const bodies = [];
    const watcher = await browser.watch(hub.url, (page) => page.on('response', (response) => bodies.push(response)));
    await watcher.isPhase('live');
    await watcher.page.getByTestId('empty').waitFor();
    const [worker] = await browser.workers.scripts();
    // What a worker loads is not always shown as the page's.
    if (!bodies.some((response) => response.url() === worker)) bodies.push({ url: () => worker });
    const sizes = await Promise.all(bodies.map(async (response) => {
      assert.equal(new URL(response.url()).origin, hub.url);
      return bytesOnTheWire(response.url());
    }));
    const kilobytes = sizes.reduce((sum, size) => sum + size, 0) / 1000;
    t.diagnostic(`${kilobytes.toFixed(0)} KB in ${sizes.length} files`);
    assert.ok(sizes.length >= 3 && kilobytes <= MOST_KB, `${kilobytes} KB`);
    assert.deepEqual(watcher.complaints, [], 'also nothing that the hub’s policy forbids');
  });

  it('can be used within a second, or four times what a page with nothing in it takes here', () => isQuick('the first load can be used', async () => {
    const watcher = await browser.watch(hub.url);
    await watcher.isPhase('live');
    return usedAfter(watcher.page);
  }, {
    atMost: async () => {
      const page = await browser.tab();
      await page.goto(`data:text/html,${encodeURIComponent(BARE)}`);
      return Math.max(1_000, 4 * await usedAfter(page));
    },
  }));

  it('without a session says how to connect one, copies it, and springs to life with the first signal', async () => {
    const watcher = await browser.watch(hub.url, (page) => page.context().grantPermissions(['clipboard-read', 'clipboard-write']));
    const { page } = watcher;
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(JSON.parse(copied).hooks.SessionEnd[0].hooks[0].url, new RegExp(`^${hub.url}/ingest`));
    await play('shop-starts', { url: hub.url, speed: Infinity });
    await watcher.sees(agents.shop.id, 'Working');
    await becomes('nobody is told how to connect one', () => page.getByTestId('empty').count(), 0);
    assert.equal(watcher.loads, 1);
    assert.deepEqual(watcher.listRequests, []);
  });
});
