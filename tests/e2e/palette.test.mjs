import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { create, member, send, status } from './crowd.mjs';
import { becomes, eventually, shows } from './eventually.mjs';
import { startHub } from './hub.mjs';
import { takePictures } from './pictures.mjs';
import { openBrowser } from './watcher.mjs';

const SESSIONS = 10_000;

describe(`the command palette, over ${SESSIONS} sessions`, () => {
  let hub, browser, watcher, page;
  before(async () => {
    hub = await startHub();
    browser = await openBrowser();
    await send(hub, Array.from({ length: SESSIONS }, (_, n) => member(n)));
    await send(hub, [
      create('7f3a-billing', { name: 'Migrate the billing tables', project: 'billing' }),
      create('91bc-docs', { name: 'Rewrite the quick start', project: 'docs' }),
      status('7f3a-billing', 'waiting', { waiting_for: 'permission' }),
    ]);
    watcher = await browser.watch(hub.url, (tab) => tab.addInitScript(() => {
      window.longTasks = [];
      new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map((entry) => Math.round(entry.duration))))
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

  const field = () => page.getByRole('combobox', { name: 'Search commands and sessions' });
  const active = async () => {
    const id = await field().getAttribute('aria-activedescendant');
    return id === null ? null : page.evaluate((of) => document.getElementById(of)?.textContent ?? null, id);
  };
  const open = () => shows(page, 'Control+k', field());
  const hasFocus = (part) => eventually('the focus is there', () => part.evaluate((element) => element === document.activeElement));
  const activeIs = (wanted) => eventually(`${wanted} is chosen`, async () => wanted.test((await active()) ?? ''), { seen: active });

  it('opens by Ctrl-K, shows who needs a person first, and closes by Ctrl-K and Escape', async () => {
    await open();
    await hasFocus(field());
    await activeIs(/Migrate the billing tables/);
    await page.getByRole('option', { name: 'Go to Alerts' }).waitFor();
    await page.getByRole('option', { name: /Search the sessions/ }).waitFor();
    await takePictures(page, 'palette');
    await page.keyboard.press('Control+k');
    await field().waitFor({ state: 'detached' });
    await page.getByTestId('open-palette').click();
    await field().waitFor();
    await page.keyboard.press('Escape');
    await field().waitFor({ state: 'detached' });
    await hasFocus(page.getByTestId('open-palette'));
  });

  it('finds a session by letters of its name, its project or its id, and goes there', async () => {
    for (const [query, wanted] of [['bill tab', /Migrate the billing/], ['mgrbil', /Migrate the billing/], ['91bc', /Rewrite the quick start/], ['docs rewr', /Rewrite the quick start/], ['port parser 9999', /./]]) {
      await open();
      await field().fill(query);
      if (query.startsWith('port')) await activeIs(/^(?!.*billing)/);
      else await activeIs(wanted);
      await page.keyboard.press('Control+k');
      await field().waitFor({ state: 'detached' });
    }
    await open();
    await field().fill('s04321');
    await activeIs(/4321/);
    await page.keyboard.press('Enter');
    await page.getByTestId('session-page').waitFor();
    await becomes('the address says so', () => new URL(page.url()).pathname, '/sessions/s04321');
    await field().waitFor({ state: 'detached' });
    await page.goBack();
    await page.getByTestId('session').first().waitFor();
  });

  it('shows a found session as it is now', async () => {
    await open();
    await field().fill('quick start');
    const option = page.getByRole('option', { name: /Rewrite the quick start/ });
    await option.getByText('Working').waitFor();
    await send(hub, [status('91bc-docs', 'error', { error_message: 'rate_limit' })]);
    await option.getByText('Error').waitFor();
    await page.keyboard.press('Escape');
    await field().waitFor({ state: 'detached' });
  });

  it('runs commands: pages, the theme, and those of the page, with the focus where they put it', async () => {
    const run = async (query, wanted) => {
      await open();
      await field().fill(query);
      await activeIs(wanted);
      await page.keyboard.press('Enter');
      await field().waitFor({ state: 'detached' });
    };
    await run('search the sess', /Search the sessions/);
    await hasFocus(page.getByRole('searchbox'));
    await run('theme dark', /Theme: dark/);
    await becomes('it is dark', () => page.evaluate(() => document.documentElement.dataset.theme), 'dark');
    await run('theme sys', /as the system/);
    await run('settings', /Go to Settings/);
    await page.getByTestId('settings-page').waitFor();
    await run('go to sessions', /Go to Sessions/);
    await page.getByTestId('session').first().waitFor();
  });

  it('is moved in by arrow keys, around the end, and tells how many there are', async () => {
    await open();
    await field().fill('theme');
    await activeIs(/Theme: /);
    const first = await active();
    await page.keyboard.press('ArrowDown');
    await eventually('another one is chosen', async () => (await active()) !== first);
    await page.keyboard.press('ArrowUp');
    await becomes('the first is chosen again', active, first);
    await page.keyboard.press('ArrowUp');
    const options = page.getByRole('option');
    await becomes('the last is chosen', () => options.last().getAttribute('aria-selected'), 'true');
    await eventually('it is told how many there are', async () => (await page.getByRole('status').getByText(`${await options.count()} results`).count()) === 1);
    await field().fill('zzqx');
    await page.getByText('Nothing is called “zzqx”.').waitFor();
    await becomes('none is chosen', () => field().getAttribute('aria-activedescendant'), null);
    await page.keyboard.press('Escape');
    await field().waitFor({ state: 'detached' });
  });

  it('types without a jerk', async (t) => {
    await open();
    await hasFocus(field());
    await page.evaluate(() => { window.longTasks.length = 0; });
    for (const text of ['migrate', 'fix the flaky', 'build parser', 'project-39']) {
      await page.keyboard.type(text, { delay: 60 });
      await becomes('every letter has arrived', () => field().inputValue(), text);
      await field().fill('');
    }
    const long = await page.evaluate(() => window.longTasks);
    t.diagnostic(`tasks over 50 ms while typing: ${long.length}${long.length > 0 ? `, the longest ${Math.max(...long)} ms` : ''}`);
    await page.keyboard.press('Escape');
    await field().waitFor({ state: 'detached' });
  });

  it('has a sheet of the keys that do something here', async () => {
    const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await shows(page, '?', sheet);
    await sheet.getByText('Go to the next session').waitFor();
    await sheet.getByText('Open the command palette').waitFor();
    await takePictures(page, 'shortcuts');
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'detached' });
    await page.getByRole('searchbox').fill('');
    await page.getByRole('searchbox').press('?');
    await becomes('in a field it is a letter', () => page.getByRole('searchbox').inputValue(), '?');
    assert.equal(await sheet.count(), 0);
  });

  it('raised no complaint', () => assert.deepEqual(watcher.complaints, []));
});
