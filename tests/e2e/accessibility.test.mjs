import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { isFaultless } from './axe.mjs';
import { create, send, status, terminate } from './crowd.mjs';
import { shows } from './eventually.mjs';
import { startHub } from './hub.mjs';
import { own } from './owner.mjs';
import { openBrowser } from './watcher.mjs';

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
        await page.emulateMedia({ colorScheme });
        await isFaultless(page, `${t.name}, ${colorScheme}, ${width} wide`);
      }
    }
    await page.setViewportSize({ width: 1_440, height: 900 });
  };

  it('with nothing to show', async (t) => {
    await page.getByTestId('empty').waitFor();
    await check(t);
  });

  it('with nobody who waits', async (t) => {
    await page.goto(`${hub.url}/needs-you`);
    await page.getByTestId('relief').waitFor();
    await check(t);
    await page.goto(hub.url);
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
      await isFaultless(page, name, '[role=menu]');
      await page.keyboard.press('Escape');
      await page.getByRole('menu').waitFor({ state: 'detached' });
    }
    await page.getByTestId('history').click();
    await page.getByRole('dialog').waitFor();
    await isFaultless(page, 'history', '[role=dialog]');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('in the list that leaves everything out', async (t) => {
    await page.goto(`${hub.url}/?q=nothing-is-called-so`);
    await page.getByText('No live session is like that').waitFor();
    await check(t);
  });

  it('in the queue of those that need a person, and its settings', async (t) => {
    await page.goto(`${hub.url}/needs-you`);
    await page.getByTestId('deaf').first().waitFor();
    await check(t);
    await page.getByTestId('notifications').click();
    await page.getByTestId('notification-settings').waitFor();
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      await isFaultless(page, colorScheme, '[role=dialog]');
    }
    await page.keyboard.press('Escape');
  });

  it('in what has ended', async (t) => {
    await page.goto(`${hub.url}/?tab=ended`);
    await page.getByTestId('session').first().waitFor();
    await check(t);
  });

  it('on a session’s page, in each of its tabs', async (t) => {
    await send(hub, [
      { type: 'start_task', session_id: 'waiting', task_id: 'a', name: 'Read' }, { type: 'complete_task', session_id: 'waiting', task_id: 'a' },
      { type: 'start_task', session_id: 'waiting', task_id: 'b', name: 'Write' },
      ...[0.1, 0.2].map((cost_usd) => ({ type: 'usage', session_id: 'waiting', input_tokens: 900, output_tokens: 90, cost_usd })),
      ...['stdout', 'stderr', 'assistant', 'tool'].map((stream) => ({
        type: 'output', session_id: 'waiting', stream,
        text: [30, 31, 32, 33, 34, 35, 36, 37].map((code) => `\u001b[${code}mcolour ${code}\u001b[0m \u001b[2mdim\u001b[0m\n`).join(''),
      })),
    ]);
    const owner = await own(browser, hub, 'waiting');
    for (const [tab, part] of [['timeline', 'entry'], ['output', 'output-line'], ['tasks', 'task'], ['usage', 'chart'], ['events', 'raw-event']]) {
      await page.goto(`${hub.url}/sessions/waiting?tab=${tab}`);
      await page.getByTestId(part).first().waitFor();
      await page.getByTestId('composer').waitFor();
      if (tab === 'events') await page.getByTestId(part).first().getByRole('button').click();
      if (tab === 'usage') await page.getByText('As a table').click();
      await check(t);
    }
    await owner.leave();
  });

  it('on the page of a session that ended, that nobody owns, or that is not there', async (t) => {
    for (const id of ['gone', 'failed', 'nobody']) {
      await page.goto(`${hub.url}/sessions/${id}`);
      await (id === 'nobody' ? page.getByText('There is no such session') : page.getByTestId('entry').first()).waitFor();
      await check(t);
    }
  });

  it('with alerts: open, past, none like that, and in the bell', async (t) => {
    const call = (method, path, body) => fetch(`${hub.url}/api/v1${path}`, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    await call('PUT', '/alerts/rules', { high_cpu: { warning: 0.1, error: 90 } });
    await call('POST', '/hosts/build-1', { cpu_percent: 96 });
    await call('POST', '/hosts/build-2', { cpu_percent: 40 });
    await page.goto(`${hub.url}/alerts`);
    await page.getByTestId('alert').filter({ hasText: 'build-1' }).waitFor();
    await page.getByTestId('alert').filter({ hasText: 'build-2' }).waitFor();
    await page.getByRole('button', { name: 'Acknowledge: CPU, build-2' }).click();
    await page.getByText('Seen by').waitFor();
    await check(t);
    await page.getByTestId('alerts-bell').click();
    await page.getByTestId('alerts-popover').waitFor();
    await isFaultless(page, 'the bell', '[role=dialog]');
    await page.goto(`${hub.url}/alerts?tab=history`);
    await page.getByTestId('alert').first().waitFor();
    await check(t);
    await page.goto(`${hub.url}/alerts?level=info`);
    await page.getByText('No open alert is like that').waitFor();
    await check(t);
  });

  it('with the rules of alerts, also refused', async (t) => {
    await page.goto(`${hub.url}/alerts?tab=rules`);
    await page.getByTestId('rule').first().waitFor();
    await check(t);
    await page.getByRole('textbox', { name: 'Error of CPU' }).fill('140');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Must be null or a number').waitFor();
    await check(t);
  });

  it('in the settings, with a token that was made', async (t) => {
    await page.goto(`${hub.url}/settings`);
    await page.getByRole('button', { name: 'Make a token' }).click();
    await page.getByTestId('token').waitFor();
    await check(t);
  });

  it('in the command palette and the sheet of keys', async () => {
    await page.goto(hub.url);
    await watcher.sees('waiting', 'Waiting');
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      await shows(page, 'Control+k', page.getByRole('combobox', { name: 'Search commands and sessions' }));
      await isFaultless(page, `the palette, ${colorScheme}`, 'dialog');
      await page.keyboard.press('Escape');
      await page.locator('dialog').waitFor({ state: 'detached' });
      await shows(page, '?', page.getByTestId('help-sheet'));
      await isFaultless(page, `the sheet, ${colorScheme}`, 'dialog');
      await page.keyboard.press('Escape');
      await page.locator('dialog').waitFor({ state: 'detached' });
    }
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
    await isFaultless(page, 'the drawer', 'dialog');
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
