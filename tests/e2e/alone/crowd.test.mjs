import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { member, send, status, terminate } from '../crowd.mjs';
import { becomes, eventually } from '../eventually.mjs';
import { startHub } from '../hub.mjs';
import { openBrowser } from '../watcher.mjs';

const SESSIONS = Number(process.env.ROLLCALL_CROWD ?? 10_000);
const SECONDS = Number(process.env.ROLLCALL_CROWD_SECONDS ?? 10);
const A_SECOND = 200;
const BATCH = 20;
/** What a page that leaks would soon be over: ten seconds replace two thousand sessions' objects, about 2 MB of them. */
const MOST_GROWTH_MB = 8;

// Counts are asserted. Times are told: they are this machine's, and who else is busy on it.
describe(`${SESSIONS} live sessions with ${A_SECOND} changes a second`, () => {
  let hub, browser, watcher, page;
  const everybody = Array.from({ length: SESSIONS }, (_, n) => member(n));

  before(async () => {
    hub = await startHub();
    browser = await openBrowser({ motion: true });
    await send(hub, everybody);
    watcher = await browser.watch(`${hub.url}/?sort=name`, (tab) => tab.addInitScript(() => {
      window.renderedRows = [];
      window.rollcallRowRendered = (id) => window.renderedRows.push(id);
      window.longTasks = [];
      new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map((entry) => entry.duration)))
        .observe({ entryTypes: ['longtask'] });
    }));
    page = watcher.page;
    await watcher.isPhase('live', 60_000);
    await page.getByTestId('session').first().waitFor();
  });
  after(async () => {
    await browser?.close();
    await hub?.stop();
  });

  /** What is still held after a collection. */
  const heldMegabytes = async () => {
    const browserSide = await page.context().newCDPSession(page);
    await browserSide.send('HeapProfiler.collectGarbage');
    const { usedSize } = await browserSide.send('Runtime.getHeapUsage');
    await browserSide.detach();
    return usedSize / 1e6;
  };
  const count = () => page.getByTestId('session').count();
  const inDocument = () => page.evaluate(() => document.querySelectorAll('*').length);

  it('counts them all, and has only those in the document that can be seen', async () => {
    await becomes('they are counted', () => page.getByTestId('live-count').textContent(), String(SESSIONS));
    await becomes('a screen reader is told', () => page.getByRole('grid').getAttribute('aria-rowcount'), String(SESSIONS + 1));
    assert.ok(await count() < 50, `${await count()} rows`);
    assert.ok(await inDocument() < 2_500, `${await inDocument()} elements`);
  });

  it('renders only rows that changed, with no request', async (t) => {
    await page.evaluate(() => { window.renderedRows.length = window.longTasks.length = 0; });
    const before = await heldMegabytes();
    const visible = new Set((await watcher.rows()).map(([id]) => id));
    const changed = [];
    const began = performance.now();
    for (let n = 0; n < SECONDS * A_SECOND; n += BATCH) {
      // Every tenth change is of a row that can be seen.
      const ids = Array.from({ length: BATCH }, (_, k) => (k % 10 === 0 ? [...visible][(n + k) % visible.size] : everybody[(n * 7 + k * 131) % SESSIONS].id));
      const batch = [...new Set(ids)].map((id, k) => status(id, (n / BATCH + k) % 2 === 0 ? 'idle' : 'active'));
      changed.push(...batch.map((command) => command.session_id));
      await send(hub, batch);
      const due = began + ((n + BATCH) / A_SECOND) * 1000;
      await sleep(Math.max(0, due - performance.now()));
    }
    const last = everybody[SESSIONS - 1].id;
    await send(hub, [status(last, 'waiting', { waiting_for: 'question' })]);
    await watcher.seesTitle('(1) Rollcall');
    const { rendered, long } = await page.evaluate(() => ({ rendered: window.renderedRows, long: window.longTasks }));
    const touched = new Set(changed);
    assert.deepEqual([...new Set(rendered)].filter((id) => !touched.has(id)), [], 'rows that did not change were rendered');
    const ofVisible = changed.filter((id) => visible.has(id)).length;
    assert.ok(rendered.length > 0 && rendered.length <= ofVisible, `${rendered.length} renderings for ${ofVisible} changes of visible rows`);
    assert.deepEqual(watcher.listRequests, []);
    t.diagnostic(`${changed.length} changes in ${Math.round(performance.now() - began)} ms; ${ofVisible} of visible rows, ${rendered.length} renderings`);
    // What a leak holds stays. What only waits for the browser to have time for it goes.
    let after;
    await eventually('the page holds no more than before', async () => {
      after = await heldMegabytes();
      return after - before < MOST_GROWTH_MB;
    }, { every: 1_000, seen: () => [before, after] });
    t.diagnostic(`memory after a collection: ${before.toFixed(1)} MB before, ${after.toFixed(1)} MB after`);
    t.diagnostic(`tasks over 50 ms: ${long.length}${long.length > 0 ? `, the longest ${Math.round(Math.max(...long))} ms` : ''}`);
  });

  it('scrolls to the end and keeps the document small, while changes go on', async (t) => {
    let going = true;
    const changes = (async () => {
      for (let n = 0; going; n++) {
        await send(hub, Array.from({ length: BATCH }, (_, k) => status(everybody[(n * 37 + k * 97) % (SESSIONS - 1)].id, n % 2 === 0 ? 'active' : 'idle')));
        await sleep((BATCH / A_SECOND) * 1000);
      }
    })();
    const scrolled = await page.evaluate(async () => {
      const scroller = document.querySelector('[data-testid=session-scroller]');
      let [frames, most] = [0, 0];
      const began = performance.now();
      while (performance.now() - began < 4_000) {
        // A wheel that is turned fast: about 9,000 pixels a second.
        scroller.scrollTop += 150;
        await new Promise(requestAnimationFrame);
        frames += 1;
        most = Math.max(most, document.querySelectorAll('[data-testid=session]').length);
      }
      const seconds = (performance.now() - began) / 1000;
      scroller.scrollTop = scroller.scrollHeight;
      return { frames, most, seconds };
    });
    going = false;
    await changes;
    assert.ok(scrolled.most < 60, `${scrolled.most} rows`);
    await eventually('the last row is there', () => page.locator(`[aria-rowindex="${SESSIONS + 1}"]`).count().then((found) => found === 1));
    t.diagnostic(`${(scrolled.frames / scrolled.seconds).toFixed(0)} frames a second while scrolling, at most ${scrolled.most} rows in the document`);
  });

  it('is where it was, with the same row, when one comes back from a session', async () => {
    const selected = () => page.$$eval('[role=row][aria-selected=true]', (rows) => rows.map((row) => row.dataset.sessionId).join());
    const top = () => page.getByTestId('session-scroller').evaluate((scroller) => scroller.scrollTop);
    await page.keyboard.press('End');
    await page.locator(`[aria-rowindex="${SESSIONS + 1}"][aria-selected=true]`).waitFor();
    await page.keyboard.press('k');
    await page.locator(`[aria-rowindex="${SESSIONS}"][aria-selected=true]`).waitFor();
    const [id, at] = [await selected(), await top()];
    assert.ok(at > 10_000);
    await page.keyboard.press('Enter');
    await page.getByTestId('session-page').waitFor();
    await becomes('the focus has gone along', () => page.evaluate(() => document.activeElement.id), 'main');
    await page.goBack();
    await eventually('it is there again', async () => (await selected()) === id, { seen: selected });
    await eventually(`it is at ${at}`, async () => Math.abs(await top() - at) < 60, { seen: top });
  });

  it('follows a mass end', async () => {
    const gone = everybody.slice(0, SESSIONS / 2);
    await send(hub, gone.map(({ id }) => terminate(id)));
    await eventually('half of them are left', async () => (await page.getByTestId('live-count').textContent()) === String(SESSIONS / 2), { within: 60_000 });
    assert.deepEqual(watcher.listRequests, []);
    assert.deepEqual(watcher.complaints, []);
  });
});
