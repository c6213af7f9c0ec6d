import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { create, send, terminate } from './crowd.mjs';
import { eventually } from './eventually.mjs';
import { startHub } from './hub.mjs';
import { openBrowser } from './watcher.mjs';

/** Two changes further apart than this are two events. */
const WINDOW_MS = 250;

describe('toasts', () => {
  let hub, browser, page;
  const toasts = () => page.$$eval('[data-sonner-toast]:not([data-removed=true])', (all) => all.map((each) => each.innerText.replace(/\s+/g, ' ').trim()));
  const says = (...wanted) => eventually(`the toasts are ${wanted}`, async () => {
    const seen = await toasts();
    return seen.length === wanted.length && wanted.every((text) => seen.includes(text));
  }, { seen: toasts });

  before(async () => {
    hub = await startHub();
    browser = await openBrowser();
    await send(hub, [create('before')]);
    await sleep(WINDOW_MS);
    const watcher = await browser.watch(hub.url);
    page = watcher.page;
    await watcher.sees('before', 'Working');
  });
  after(async () => {
    await browser?.close();
    await hub?.stop();
  });

  it('say nothing of what was there already', async () => {
    await sleep(WINDOW_MS);
    assert.deepEqual(await toasts(), []);
  });

  it('say what began in green and what ended in red, with the total, in the bottom right corner', async () => {
    await send(hub, [create('a'), create('b')]);
    await says('2 sessions created Total: 3');
    await sleep(WINDOW_MS);
    await send(hub, [terminate('a')]);
    await says('2 sessions created Total: 3', '1 session ended Total: 2');
    const color = (type) => page.locator(`[data-sonner-toast][data-type=${type}] [data-title]`).evaluate((title) => {
      const [red, green] = getComputedStyle(title).color.match(/\d+/g).map(Number);
      return green > red ? 'green' : 'red';
    });
    assert.equal(await color('success'), 'green');
    assert.equal(await color('error'), 'red');
    const box = await page.locator('[data-sonner-toast]').first().boundingBox();
    assert.ok(box.x > 720 && box.y > 450, JSON.stringify(box));
    assert.equal(await page.locator('section[aria-live=polite] [data-sonner-toast]').count(), 2, 'a screen reader hears them');
  });

  it('are closed by their button', async () => {
    await page.locator('[data-sonner-toast][data-type=error]').getByRole('button', { name: 'Close' }).click();
    await says('2 sessions created Total: 3');
  });

  it('are three at most, the oldest out, and go by themselves', async () => {
    for (const id of ['c', 'd', 'e', 'f']) {
      await send(hub, [create(id)]);
      await sleep(WINDOW_MS);
    }
    await says('1 session created Total: 4', '1 session created Total: 5', '1 session created Total: 6');
    await page.mouse.move(10, 10);
    await eventually('they are gone', async () => (await toasts()).length === 0, { within: 12_000, seen: toasts });
  });

  it('leave a history of the last ten, the newest first', async () => {
    for (let n = 0; n < 6; n++) {
      await send(hub, [create(`h${n}`)]);
      await sleep(WINDOW_MS);
    }
    await page.getByTestId('history').click();
    await eventually('ten are told', async () => (await page.getByTestId('history-entry').count()) === 10);
    const totals = await page.getByTestId('history-entry').allInnerTexts();
    assert.match(totals[0], /1 session created\s+Total: 12/);
    assert.match(totals[9], /Total: 3/);
    await page.keyboard.press('Escape');
  });
});
