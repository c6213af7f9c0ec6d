import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { create, send, status, terminate } from './crowd.mjs';
import { startHub } from './hub.mjs';
import { openBrowser } from './watcher.mjs';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds, each with where it is. */
async function faults(page, within = 'html') {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe);
  const { violations, passes } = await page.evaluate((root) => window.axe.run(root, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    // What opens above the page belongs to its button, not to a landmark.
    rules: { region: { enabled: root === 'html' } },
  }), within);
  assert.ok(within !== 'html' || passes.some(({ id }) => id === 'color-contrast'), 'axe has looked at the contrast');
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target.join(' ')} (${node.any[0]?.message ?? node.failureSummary})`).join(' | ')}`);
}

describe('axe finds no fault', () => {
  let hub, browser, page, watcher;
  before(async () => {
    hub = await startHub();
    browser = await openBrowser();
    watcher = await browser.watch(hub.url);
    page = watcher.page;
    await watcher.isPhase('live');
  });
  after(async () => {
    await browser?.close();
    await hub?.stop();
  });

  const check = async (t) => {
    for (const colorScheme of ['light', 'dark']) {
      for (const width of [1_440, 390]) {
        await page.setViewportSize({ width, height: 844 });
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        assert.deepEqual(await faults(page), [], `${t.name}, ${colorScheme}, ${width} wide`);
      }
    }
    await page.setViewportSize({ width: 1_440, height: 900 });
  };

  it('with nothing to show', async (t) => {
    await page.getByTestId('empty').waitFor();
    await check(t);
  });

  it('in the list, with every badge and a row selected', async (t) => {
    await send(hub, [
      create('working', { name: 'Fix the test', project: 'shop', agent: 'codex', host: 'one' }),
      create('idle', { name: 'Think', project: 'shop', status: 'idle' }),
      create('waiting', { project: 'docs' }), create('failed', { project: 'docs' }), create('paused'), create('gone'),
      status('waiting', 'waiting', { waiting_for: 'permission', waiting_text: 'Bash: make deploy' }),
      status('failed', 'error', { error_message: 'rate_limit' }),
      { type: 'pause', session_id: 'paused' }, terminate('gone'),
    ]);
    await watcher.sees('waiting', 'Waiting');
    await page.keyboard.press('j');
    await check(t);
  });

  it('in its menus', async () => {
    for (const name of ['Project', 'View', 'Theme']) {
      await page.getByRole('button', { name, exact: true }).click();
      await page.getByRole('menu').waitFor();
      assert.deepEqual(await faults(page, '[role=menu]'), [], name);
      await page.keyboard.press('Escape');
      await page.getByRole('menu').waitFor({ state: 'detached' });
    }
    await page.getByTestId('history').click();
    assert.deepEqual(await faults(page, '[role=dialog]'), [], 'history');
    await page.keyboard.press('Escape');
  });

  it('in the list that leaves everything out', async (t) => {
    await page.goto(`${hub.url}/?q=nothing-is-called-so`);
    await page.getByText('No live session is like that').waitFor();
    await check(t);
  });

  it('in what has ended', async (t) => {
    await page.goto(`${hub.url}/?tab=ended`);
    await page.getByTestId('session').first().waitFor();
    await check(t);
  });

  it('on a session’s page', async (t) => {
    await page.goto(`${hub.url}/sessions/waiting`);
    await page.getByTestId('session-page').waitFor();
    await check(t);
  });

  it('in the fleet, with a table open', async (t) => {
    await page.goto(`${hub.url}/fleet`);
    await page.locator('[data-testid=charts][data-loaded=true]').waitFor();
    await page.locator('[data-host]').first().waitFor();
    await page.getByText('As a table').first().click();
    await check(t);
  });

  it('in the past', async (t) => {
    await page.goto(`${hub.url}/fleet/past`);
    await page.locator('[data-past-session=waiting]').waitFor();
    await check(t);
  });

  it('at an address that is no page', async (t) => {
    await page.goto(`${hub.url}/nowhere`);
    await page.getByText('There is no such page').waitFor();
    await check(t);
  });

  it('in the drawer of a phone', async () => {
    await page.goto(hub.url);
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole('button', { name: 'Projects and pages' }).click();
    await page.getByRole('dialog').waitFor();
    assert.deepEqual(await faults(page, 'dialog'), []);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('while the hub is away', async (t) => {
    await page.goto(hub.url);
    await page.setViewportSize({ width: 1_440, height: 900 });
    await watcher.sees('waiting', 'Waiting');
    await hub.kill();
    await page.getByTestId('connection-banner').waitFor();
    await check(t);
  });
});
