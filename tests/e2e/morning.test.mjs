import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { agents, play } from '../../samples/replay-morning.mjs';
import { becomes, eventually } from './eventually.mjs';
import { startHub } from './hub.mjs';
import { openBrowser } from './watcher.mjs';

const { shop, billing, docs, evals } = agents;
const images = new URL('../../docs/images/', import.meta.url);
/** So long an agent that vanished is believed to be at work. */
const LEASE_SECONDS = 5;

describe('a morning with four agents', () => {
  let hub, browser, watcher, second;
  const scene = (name) => play(name, { url: hub.url, speed: Infinity, leaseSeconds: LEASE_SECONDS });

  before(async () => {
    hub = await startHub();
    browser = await openBrowser();
    watcher = await browser.watch(hub.url);
    second = await browser.watch(hub.url);
    await watcher.isPhase('live');
  });
  after(async () => {
    await browser?.close();
    await hub?.stop();
  });

  it('begins with how to connect a first agent to this very hub', async () => {
    await watcher.page.getByTestId('empty').waitFor();
    await becomes('it says how', () => watcher.page.locator('pre').textContent(), new RegExp(`${hub.url}/ingest/hooks/claude-code`));
    await watcher.seesTitle('Rollcall');
  });

  it('shows each agent at work as soon as it starts', async () => {
    for (const [name, agent] of [['shop-starts', shop], ['billing-starts', billing], ['docs-starts', docs]]) {
      await scene(name);
      await watcher.sees(agent.id, 'Working');
    }
    await watcher.seesText(shop.id, 'web-shop');
    await watcher.seesText(shop.id, 'ada-laptop');
  });

  it('shows who waits, for what, on top, and counts it in the title', async () => {
    await scene('billing-asks');
    await watcher.sees(billing.id, 'Waiting');
    await watcher.seesText(billing.id, 'Asks for permission');
    await watcher.seesText(billing.id, 'npm run migrate -- --env staging');
    await becomes('it is on top', async () => (await watcher.rows())[0][0], billing.id);
    await watcher.seesTitle('(1) Rollcall');
  });

  it('shows a failure with its message as the tooltip', async () => {
    await scene('docs-fails');
    await watcher.sees(docs.id, 'Error');
    await becomes('its message is the tooltip', () => watcher.badge(docs.id).getAttribute('title'), /rate.limit/i);
    await watcher.seesTitle('(2) Rollcall');
  });

  it('shows a crash once the lease of an agent that vanished has lapsed', async () => {
    // What it is shown as, noted by the page: on a busy machine the lease may have lapsed before anybody asks.
    await watcher.page.evaluate((id) => {
      window.words = [];
      new MutationObserver(() => {
        const word = document.querySelector(`[data-session-id="${id}"] [data-testid="badge"]`)?.textContent;
        if (word && word !== window.words.at(-1)) window.words.push(word);
      }).observe(document, { subtree: true, childList: true, characterData: true });
    }, evals.id);
    await scene('evals-starts');
    await watcher.page.locator(`[data-testid="ended"][data-session-id="${evals.id}"]`).waitFor();
    await watcher.sees(evals.id, 'Error');
    await becomes('it was shown at work, then as failed', () => watcher.page.evaluate(() => window.words), ['Working', 'Error']);
    await watcher.seesTitle('(2) Rollcall');
  });

  // Usage alone is told with the next tick, at the latest after ten seconds while a task runs.
  it('adds up tokens and cost for the whole fleet', async () => {
    await watcher.page.getByTestId('aggregate').getByText('$1.82').waitFor();
    await becomes('the tokens are added up, too', () => watcher.page.getByTestId('input-tokens').textContent(), '807K');
  });

  it('is the picture in the README, light and dark, wide and narrow', async () => {
    await mkdir(images, { recursive: true });
    const { page } = watcher;
    const whole = page.viewportSize();
    // Toasts come and go; the picture is of what stays.
    await eventually('the toasts have gone', async () => (await page.locator('[data-sonner-toast]').count()) === 0);
    for (const [kind, size] of [['', whole], ['-phone', { width: 390, height: 844 }]]) {
      for (const colorScheme of ['light', 'dark']) {
        const path = fileURLToPath(new URL(`dashboard${kind}-${colorScheme}.png`, images));
        if (existsSync(path) && process.env.ROLLCALL_SCREENSHOTS !== '1') continue;
        await page.setViewportSize(size);
        await page.emulateMedia({ colorScheme });
        await watcher.sees(billing.id, 'Waiting');
        await page.screenshot({ path });
      }
    }
    await page.setViewportSize(whole);
    await page.emulateMedia({ colorScheme: null });
  });

  it('shows no badge for an agent that has finished', async () => {
    await scene('shop-finishes');
    await watcher.sees(shop.id, null);
  });

  it('looked the same in two tabs', async () => {
    await second.sees(shop.id, null);
    await becomes('the rows are the same', async () => [await second.rows(), await second.page.title()],
      [await watcher.rows(), await watcher.page.title()]);
  });

  it('needed no list request, no reload, and raised no complaint', () => {
    for (const each of [watcher, second]) {
      assert.deepEqual(each.listRequests, []);
      assert.equal(each.loads, 1);
      assert.deepEqual(each.complaints, []);
    }
  });
});
