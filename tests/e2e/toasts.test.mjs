import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { create, send, terminate } from './crowd.mjs';
import { becomes, eventually } from './eventually.mjs';
import { startHub } from './hub.mjs';
import { openBrowser } from './watcher.mjs';

/** Longer than a toast needs: what has not come by then does not come. */
const NOTHING_COMES_MS = 500;

describe('toasts', () => {
  let hub, browser, page;
  const toasts = () => page.$$eval('[data-sonner-toast]:not([data-removed=true])', (all) => all.map((each) => each.innerText.replace(/\s+/g, ' ').trim()));
  const says = (...wanted) => eventually(`the toasts are ${wanted}`, async () => {
    const seen = await toasts();
    return seen.length === wanted.length && wanted.every((text) => seen.includes(text));
  }, { seen: toasts });
  /** Waits for a toast, so that the next change is another one, and puts the pointer there: under it toasts stay. */
  const stays = async (wanted) => {
    await eventually(`a toast is ${wanted}`, async () => (await toasts()).includes(wanted), { seen: toasts });
    await page.locator('[data-sonner-toast]').first().hover();
  };

  before(async () => {
    hub = await startHub();
    browser = await openBrowser();
    await send(hub, [create('before')]);
    const watcher = await browser.watch(hub.url);
    page = watcher.page;
    await page.getByTestId('history').click();
    await page.getByTestId('history-entry').waitFor();
    await page.reload();
    await watcher.sees('before', 'Working');
  });
  after(async () => {
    await browser?.close();
    await hub?.stop();
  });

  it('say nothing of what was there already', async () => {
    await sleep(NOTHING_COMES_MS);
    assert.deepEqual(await toasts(), []);
  });

  it('say what began in green and what ended in red, with the total, in the bottom right corner', async () => {
    await send(hub, [create('a'), create('b')]);
    await stays('2 sessions created Total: 3');
    await send(hub, [terminate('a')]);
    await says('2 sessions created Total: 3', '1 session ended Total: 2');
    const color = (type) => page.locator(`[data-sonner-toast][data-type=${type}] [data-title]`).evaluate((title) => {
      const [red, green] = getComputedStyle(title).color.match(/\d+/g).map(Number);
      return green > red ? 'green' : 'red';
    });
    await becomes('what began is green', () => color('success'), 'green');
    await becomes('what ended is red', () => color('error'), 'red');
    const box = () => page.locator('[data-sonner-toast]').first().boundingBox();
    await eventually('they are in the corner', async () => {
      const { x, y } = await box();
      return x > 720 && y > 450;
    }, { seen: box });
    await becomes('a screen reader hears them', () => page.locator('section[aria-live=polite] [data-sonner-toast]').count(), 2);
  });

  it('are closed by their button', async () => {
    await page.locator('[data-sonner-toast][data-type=error]').getByRole('button', { name: 'Close' }).click();
    await says('2 sessions created Total: 3');
  });

  it('are three at most, the oldest out, and go by themselves', async () => {
    for (const [id, total] of [['c', 3], ['d', 4], ['e', 5], ['f', 6]]) {
      await send(hub, [create(id)]);
      await stays(`1 session created Total: ${total}`);
    }
    await says('1 session created Total: 4', '1 session created Total: 5', '1 session created Total: 6');
    await page.mouse.move(10, 10);
    await eventually('they are gone', async () => (await toasts()).length === 0, { seen: toasts });
  });

  it('leave a history of the last ten, the newest first', async () => {
    for (let n = 0; n < 6; n++) {
      await send(hub, [create(`h${n}`)]);
      await stays(`1 session created Total: ${7 + n}`);
    }
    await page.getByTestId('history').click();
    const totals = () => page.getByTestId('history-entry').allInnerTexts();
    await eventually('ten are told', async () => (await totals()).length === 10, { seen: totals });
    await becomes('the newest is first', async () => (await totals())[0], /1 session created\s+Total: 12/);
    await becomes('the oldest is last', async () => (await totals())[9], /Total: 3/);
    await page.keyboard.press('Escape');
  });
});
