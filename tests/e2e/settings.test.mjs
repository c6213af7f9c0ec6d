import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { create, send } from './crowd.mjs';
import { becomes, eventually } from './eventually.mjs';
import { startHub } from './hub.mjs';
import { takePictures } from './pictures.mjs';
import { openBrowser } from './watcher.mjs';

describe('the settings', () => {
  let hub, browser, watcher, second, page;
  const call = async (method, path, token) => fetch(`${hub.url}/api/v1${path}`, { method, headers: token ? { authorization: `Bearer ${token}` } : {} });
  const flags = async () => (await call('GET', '/flags')).json();

  const choose = (word) => page.locator('label', { hasText: word }).click();

  before(async () => {
    hub = await startHub();
    browser = await openBrowser();
    await send(hub, [create('alpha', { name: 'Alpha', project: 'shop' })]);
    watcher = await browser.watch(`${hub.url}/settings`);
    second = await browser.watch(hub.url);
    page = watcher.page;
    await watcher.isPhase('live');
    await page.getByTestId('settings-page').waitFor();
  });
  after(async () => {
    await browser?.close();
    await hub?.stop();
  });

  it('is the picture of the page', async () => {
    await takePictures(page, 'settings');
  });

  it('choose the theme and the density for every tab, over a reload', async () => {
    const themeOf = (tab) => tab.evaluate(() => document.documentElement.dataset.theme ?? 'system');
    await choose('Dark');
    await becomes('it is dark', () => themeOf(page), 'dark');
    await page.keyboard.press('ArrowLeft');
    await becomes('arrow keys move between them', () => themeOf(page), 'light');
    await becomes('the other tab follows', () => themeOf(second.page), 'light');
    const heightOf = async () => (await second.row('alpha').boundingBox()).height;
    const before = await heightOf();
    await choose('Compact');
    await eventually('rows are lower', async () => (await heightOf()) < before);
    await page.reload();
    await eventually('it is light again', () => page.getByRole('radio', { name: 'Light' }).isChecked());
    await choose('System');
    await becomes('it is as the system', () => themeOf(page), 'system');
    await becomes('the other tab follows', () => themeOf(second.page), 'system');
  });

  it('choose the zone of every absolute time', async () => {
    const zone = page.getByLabel('Time zone');
    const shown = () => second.row('alpha').locator('time').first().getAttribute('title');
    await zone.selectOption('UTC');
    await page.getByTestId('now').getByText(/UTC$/).waitFor();
    await eventually('the list says it, too', async () => (await shown()).endsWith('UTC'), { seen: shown });
    await zone.selectOption('Asia/Tokyo');
    await eventually('the list follows', async () => (await shown()).endsWith('GMT+9'), { seen: shown });
    await page.reload();
    await page.getByTestId('now').getByText(/GMT\+9$/).waitFor();
    await becomes('it is kept', () => zone.inputValue(), 'Asia/Tokyo');
    const inTokyo = (options, times) => page.evaluate(([how, at]) => at.map((each) => new Intl.DateTimeFormat(undefined, { ...how, timeZone: 'Asia/Tokyo' }).format(each)), [options, times]);
    const { page: fleet } = await browser.watch(`${hub.url}/fleet`);
    await fleet.getByText('As a table').first().click();
    const last = await fleet.locator('[data-testid=chart] tbody th').nth(1).textContent();
    const now = Date.now() - Date.now() % 10_000;
    assert.ok((await inTokyo({ timeStyle: 'medium' }, Array.from({ length: 30 }, (_, n) => now - n * 10_000))).includes(last), last);
    await fleet.goto(`${hub.url}/fleet/past`);
    // It goes to the last event once the hub has said which that is.
    const moment = fleet.locator('[data-testid=past-page][data-asking=false] [data-testid=moment]');
    const at = Date.parse(await moment.getAttribute('datetime'));
    const whole = { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', hour: 'numeric', minute: '2-digit', second: '2-digit' };
    assert.deepEqual([await moment.textContent()], await inTokyo(whole, [at]));
    const told = await fleet.getByTestId('scrubber').getAttribute('aria-valuetext');
    assert.deepEqual([told], await inTokyo({ dateStyle: 'full', timeStyle: 'medium' }, [at]));
    await fleet.close();
    await page.evaluate(() => localStorage.setItem('rollcall.time-zone', '"Mars/Olympus"'));
    await page.reload();
    await page.getByTestId('now').waitFor();
    await becomes('what is no zone is none', () => zone.inputValue(), 'local');
  });

  it('switch flags of the hub, and say why one cannot be', async () => {
    const flag = page.getByRole('switch', { name: 'Machines and containers' });
    await eventually('it is on', async () => (await flag.getAttribute('aria-checked')) === 'true');
    await flag.click();
    await eventually('it is off', async () => (await flag.getAttribute('aria-checked')) === 'false' && !(await flags()).host_stats);
    await flag.click();
    await eventually('it is on', async () => (await flag.getAttribute('aria-checked')) === 'true' && (await flags()).host_stats);
    await page.route('**/api/v1/flags', (route) => (route.request().method() !== 'PUT' ? route.continue() : route.fulfill({
      status: 403, contentType: 'application/problem+json', body: JSON.stringify({ code: 'forbidden', detail: 'this key may not operate' }),
    })));
    await flag.click();
    await page.getByTestId('refused').getByText('this key may not operate').waitFor();
    await becomes('it is on as before', () => flag.getAttribute('aria-checked'), 'true');
    await page.unroute('**/api/v1/flags');
  });

  it('leave flags alone for a key that may not operate', async () => {
    const watchOnly = await browser.watch(`${hub.url}/settings`, async (tab) => {
      const { token } = await (await fetch(`${hub.url}/api/v1/tokens`, {
        method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ scopes: ['watch'] }),
      })).json();
      // The hub itself answers, as it does to such a key; but a token may not ask what it may do, so that one is told.
      await tab.route('**/api/v1/tokens', (route) => route.fulfill({ json: { token: 'rlt_', scopes: ['watch'], projects: null, expires_at: '2030-01-01T00:00:00Z' } }));
      await tab.route('**/api/v1/flags', (route) => route.continue({ headers: { ...route.request().headers(), authorization: `Bearer ${token}` } }));
    });
    await watchOnly.page.getByText('that needs the scope operate').waitFor();
    const all = watchOnly.page.getByRole('region', { name: 'Feature flags' }).getByRole('switch');
    await eventually('they are shown', async () => (await all.count()) === 5 && (await all.first().getAttribute('aria-checked')) === 'true');
    for (const each of await all.all()) await eventually('it cannot be switched', () => each.isDisabled());
    await eventually('nor can what a token may do', () => watchOnly.page.getByRole('checkbox', { name: 'operate' }).isDisabled());
    await watchOnly.page.close();
  });

  it('say how keys are made, and make a token that does what it says and no more', async () => {
    await page.getByText('rollcall key create').waitFor();
    await page.getByLabel('for', { exact: true }).fill('90');
    await page.getByRole('button', { name: 'Make a token' }).click();
    await page.getByText('must be from 1 to 3600').waitFor();
    await page.getByLabel('for', { exact: true }).fill('5');
    await page.getByRole('button', { name: 'Make a token' }).click();
    await page.getByTestId('token').waitFor();
    const token = await page.getByTestId('token').textContent();
    assert.match(token, /^rlt_/);
    assert.equal((await call('GET', '/sessions', token)).status, 200);
    assert.equal((await call('POST', '/fleet/pause', token)).status, 403, 'it may watch, and nothing else');
  });

  it('raised no complaint', () => {
    for (const each of [watcher, second]) assert.deepEqual(each.complaints, []);
  });
});
