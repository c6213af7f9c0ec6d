import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { member, send, status } from '../crowd.mjs';
import { startHub } from '../hub.mjs';
import { recordTasks, timeOfAFixedWork } from '../tasks.mjs';
import { openBrowser } from '../watcher.mjs';

const SESSIONS = Number(process.env.ROLLCALL_CROWD ?? 10_000);
const A_SECOND = 200;
const BATCH = 20;
/** What a browser calls a long task. On a machine too slow for that, a task may take five times what a fixed work takes there just now. */
const LONG_MS = 50;
const OF_THE_FIXED_WORK = 5;
/** Other work on the same processors makes every task longer, and none shorter: a page that has long tasks has them every time. */
const TRIES = 3;

describe(`the fleet and its past, with ${SESSIONS} live sessions and ${A_SECOND} changes a second`, () => {
  let hub, browser, watcher, page, changes;
  let going = true;
  const everybody = Array.from({ length: SESSIONS }, (_, n) => member(n));

  /** Every fourth change is of tokens, the others are of statuses. */
  const keepChanging = async () => {
    for (let n = 0, due = performance.now(); going; n++) {
      await send(hub, Array.from({ length: BATCH }, (_, k) => {
        const { id } = everybody[(n * 37 + k * 97) % SESSIONS];
        return k % 4 === 3 ? { type: 'usage', session_id: id, input_tokens: 900, output_tokens: 80, cost_usd: 0.01 } : status(id, n % 2 === 0 ? 'active' : 'idle');
      }));
      due = Math.max(due + (BATCH / A_SECOND) * 1000, performance.now() - 1_000);
      await sleep(Math.max(0, due - performance.now()));
    }
  };

  before(async () => {
    hub = await startHub();
    browser = await openBrowser({ motion: true });
    await send(hub, everybody);
    watcher = await browser.watch(hub.url);
    page = watcher.page;
    await watcher.isPhase('live', 60_000);
    await page.getByTestId('session').first().waitFor();
    changes = keepChanging();
    // What only the first load does is over when the browser says that it has nothing to do.
    await page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve, { timeout: 10_000 })));
  });
  after(async () => {
    going = false;
    await changes;
    await browser?.close();
    await hub?.stop();
  });

  const pageLink = (name) => page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name, exact: true });
  const answered = () => page.locator('[data-testid=past-page][data-asking=false]').waitFor({ timeout: 60_000 });
  const seqOf = async () => Number(await page.getByTestId('past-page').getAttribute('data-seq'));

  /** Does something up to three times, until no part of it has kept the page busy for too long. */
  async function noLongTask(t, what, toTheBeginning = async () => {}) {
    const seen = [];
    for (let attempt = 0; attempt < TRIES; attempt++) {
      if (attempt > 0) await toTheBeginning();
      const most = Math.max(LONG_MS, OF_THE_FIXED_WORK * await timeOfAFixedWork(browser));
      const ended = await recordTasks(page);
      await what();
      const tasks = await ended();
      assert.ok(tasks.length > 10, `${tasks.length} tasks were recorded`);
      const longest = Math.max(...tasks.map(({ cpu }) => cpu));
      const onTheClock = Math.max(...tasks.map(({ wall }) => wall));
      seen.push(`${longest.toFixed(0)} of ${most.toFixed(0)} ms (${onTheClock.toFixed(0)} ms on the clock)`);
      if (longest <= most) return t.diagnostic(`the longest task: ${seen.join(', then ')}`);
    }
    assert.fail(`in ${TRIES} tries the longest task took ${seen.join(', ')}`);
  }

  it('opens the fleet with no long task', (t) => noLongTask(t, async () => {
    await pageLink('Fleet').click();
    await page.locator('[data-testid=charts][data-loaded=true]').waitFor({ timeout: 60_000 });
    await sleep(1_000);
  }, async () => {
    await pageLink('Sessions').click();
    await page.getByTestId('session').first().waitFor();
  }));

  it('follows it with none', (t) => noLongTask(t, () => sleep(5_000)));

  it('shows it in other ways with none', (t) => noLongTask(t, async () => {
    for (const name of ['The last 1h', 'By agent', 'The last 6h', 'By host', 'The last 15m', 'By project']) {
      await page.getByRole('button', { name }).click();
      await sleep(300);
    }
  }));

  it('opens the past with none', (t) => noLongTask(t, async () => {
    await page.getByTestId('look-back').click();
    await page.locator('[data-past-session]').first().waitFor({ timeout: 60_000 });
    await answered();
    await sleep(500);
  }, () => page.getByTestId('back-to-now').click()));

  it('seeks in it with none', (t) => noLongTask(t, async () => {
    const scrubber = page.getByTestId('scrubber');
    const [from, to] = await scrubber.evaluate((element) => [Number(element.min), Number(element.max)]);
    for (const part of [0.3, 0.9, 0.6]) {
      await scrubber.fill(String(Math.round(from + (to - from) * part)));
      await page.locator('[data-testid=past-page][data-asking=true]').waitFor({ timeout: 1_000 }).catch(() => {});
      await answered();
    }
  }));

  it('steps in it with none', (t) => noLongTask(t, async () => {
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowLeft', 'ArrowRight', 'ArrowLeft', 'ArrowLeft']) {
      const before = await seqOf();
      await page.keyboard.press(key);
      await page.waitForFunction((seq) => Number(document.querySelector('[data-testid=past-page]').dataset.seq) !== seq, before);
    }
  }));

  for (const speed of ['1×', '10×', '600×']) {
    it(`plays it at ${speed} with none`, (t) => noLongTask(t, async () => {
      const scrubber = page.getByTestId('scrubber');
      const [from, to] = await scrubber.evaluate((element) => [Number(element.min), Number(element.max)]);
      await scrubber.fill(String(Math.round(from + (to - from) * 0.4)));
      await answered();
      await page.getByRole('button', { name: `${speed} speed`, exact: true }).click();
      const before = await seqOf();
      await page.getByTestId('play').click();
      await sleep(3_000);
      assert.ok((await seqOf()) > before, 'it has played');
      if ((await page.getByTestId('past-page').getAttribute('data-playing')) === 'true') await page.getByTestId('play').click();
    }));
  }

  it('and nobody complains', () => assert.deepEqual(watcher.complaints, []));
});
