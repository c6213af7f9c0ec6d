import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { create, member, send, status, terminate } from './crowd.mjs';
import { becomes, eventually } from './eventually.mjs';
import { startHub } from './hub.mjs';
import { openBrowser } from './watcher.mjs';

describe('the list of sessions', () => {
  let hub, browser;
  before(async () => {
    hub = await startHub();
    browser = await openBrowser();
    await send(hub, [
      create('alpha', { name: 'Alpha', project: 'shop', agent: 'codex', host: 'one' }),
      create('beta', { name: 'Beta', project: 'shop', agent: 'claude-code', host: 'two' }),
      create('gamma', { name: 'Gamma', project: 'docs', agent: 'claude-code', host: 'one' }),
      create('delta', { name: 'Delta', project: 'docs', agent: 'gemini', host: 'two', status: 'idle' }),
      { type: 'usage', session_id: 'alpha', input_tokens: 10, output_tokens: 1, cost_usd: 0.5 },
      { type: 'usage', session_id: 'gamma', input_tokens: 90, output_tokens: 9, cost_usd: 2.5 },
      status('beta', 'waiting', { waiting_for: 'question', waiting_text: 'Which branch?' }),
      status('gamma', 'error', { error_message: 'rate_limit' }),
    ]);
  });
  after(async () => {
    await browser?.close();
    await hub?.stop();
  });

  const open = async (address = '/', prepare) => {
    const watcher = await browser.watch(hub.url + address, prepare);
    await watcher.isPhase('live');
    return watcher;
  };
  const ids = async (watcher) => (await watcher.rows()).map(([id]) => id);
  const shows = (watcher, ...wanted) => eventually(`the rows are ${wanted}`, async () => String(await ids(watcher)) === String(wanted),
    { seen: () => ids(watcher) });

  it('has those that need a person on top, and says what they ask and what went wrong', async () => {
    const watcher = await open();
    await shows(watcher, 'beta', 'gamma', 'alpha', 'delta');
    await watcher.seesText('beta', 'Asks a question');
    await watcher.seesText('beta', 'Which branch?');
    await watcher.seesText('gamma', 'rate_limit');
    await watcher.page.close();
  });

  it('keeps its view in the address, over a reload and back', async () => {
    const watcher = await open();
    const { page } = watcher;
    await page.getByRole('button', { name: 'Cost' }).click();
    await shows(watcher, 'gamma', 'alpha', 'beta', 'delta');
    await page.getByRole('button', { name: 'Project' }).first().click();
    await page.getByRole('menuitemradio', { name: 'shop' }).click();
    await shows(watcher, 'alpha', 'beta');
    await page.getByRole('searchbox').fill('bet');
    await shows(watcher, 'beta');
    await eventually('the address says so', async () => {
      const search = new URL(page.url()).searchParams;
      return search.get('sort') === '-cost' && search.get('project') === 'shop' && search.get('q') === 'bet';
    }, { seen: () => page.url() });
    await page.reload();
    await watcher.isPhase('live');
    await shows(watcher, 'beta');
    await becomes('the field says it, too', () => page.getByRole('searchbox').inputValue(), 'bet');
    await page.getByTestId('clear-filters').click();
    await shows(watcher, 'gamma', 'alpha', 'beta', 'delta');
    await page.goBack();
    await shows(watcher, 'beta');
    await page.close();
  });

  it('takes an address that nobody could have made for the usual view', async () => {
    const watcher = await open('/?sort=colour&status=asleep&tab=3&attention=maybe');
    await shows(watcher, 'beta', 'gamma', 'alpha', 'delta');
    await watcher.page.close();
  });

  it('shows only those that need a person, or of some statuses', async () => {
    const watcher = await open('/?status=active&status=idle');
    await shows(watcher, 'alpha', 'delta');
    await watcher.page.getByTestId('clear-filters').click();
    await watcher.page.getByTestId('need-you').click();
    await shows(watcher, 'beta', 'gamma');
    await send(hub, [status('beta', 'active')]);
    await shows(watcher, 'gamma');
    await send(hub, [status('beta', 'waiting', { waiting_for: 'question', waiting_text: 'Which branch?' })]);
    await shows(watcher, 'beta', 'gamma');
    assert.deepEqual(watcher.listRequests, []);
    await watcher.page.close();
  });

  it('is moved in by keys, opens with Enter, and is searched with /', async () => {
    const watcher = await open();
    const { page } = watcher;
    await shows(watcher, 'beta', 'gamma', 'alpha', 'delta');
    const selected = () => page.$$eval('[role=row][aria-selected=true]', (rows) => rows.map((row) => row.dataset.sessionId).join());
    const isSelected = (id) => becomes(`${id} is selected`, selected, id);
    await page.keyboard.press('j');
    await isSelected('beta');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('j');
    await isSelected('alpha');
    await page.keyboard.press('k');
    await isSelected('gamma');
    await becomes('a screen reader is there, too', () => page.getByRole('grid').getAttribute('aria-activedescendant'), 'row-gamma');
    await send(hub, [status('gamma', 'idle')]);
    await shows(watcher, 'beta', 'alpha', 'delta', 'gamma');
    assert.equal(await selected(), 'gamma', 'the key stays on its session when rows move');
    await page.keyboard.press('Enter');
    await page.getByTestId('session-page').getByRole('heading', { name: 'Gamma' }).waitFor();
    await becomes('the address says so', () => new URL(page.url()).pathname, '/sessions/gamma');
    await page.goBack();
    await shows(watcher, 'beta', 'alpha', 'delta', 'gamma');
    await page.keyboard.press('/');
    await page.locator('[type=search]:focus').waitFor();
    await page.keyboard.type('jk delta');
    await becomes('letters in a field are letters', () => page.getByRole('searchbox').inputValue(), 'jk delta');
    await page.getByRole('searchbox').fill('delta');
    await shows(watcher, 'delta');
    await send(hub, [status('gamma', 'error', { error_message: 'rate_limit' })]);
    await page.close();
  });

  it('tells a screen reader which row of how many', async () => {
    const watcher = await open();
    await shows(watcher, 'beta', 'gamma', 'alpha', 'delta');
    await becomes('it is told how many', () => watcher.page.getByRole('grid').getAttribute('aria-rowcount'), '5');
    const indexes = () => watcher.page.$$eval('[data-testid=session]', (rows) => rows.map((row) => row.getAttribute('aria-rowindex')));
    await becomes('it is told which', indexes, ['2', '3', '4', '5']);
    await watcher.page.getByRole('button', { name: 'Session', exact: true }).click();
    await watcher.page.locator('[role=columnheader][aria-sort=ascending]').waitFor();
    await watcher.page.close();
  });

  it('has the columns that were chosen, also after a reload', async () => {
    const watcher = await open();
    const { page } = watcher;
    const header = (name) => page.getByRole('columnheader', { name, exact: true });
    await header('Cost').waitFor();
    assert.equal(await header('Model').count(), 0);
    await page.getByTestId('view-menu').click();
    await page.getByRole('menuitemcheckbox', { name: 'Model' }).click();
    await page.getByRole('menuitemcheckbox', { name: 'Cost' }).click();
    await header('Model').waitFor();
    await page.reload();
    await header('Model').waitFor();
    assert.equal(await header('Cost').count(), 0);
    await page.getByTestId('view-menu').click();
    await page.getByRole('menuitem', { name: 'As many as there is room for' }).click();
    await header('Cost').waitFor();
    await page.close();
  });

  it('shows projects with badges in the sidebar, the failure as the tooltip, and folds them', async () => {
    const watcher = await open();
    const { page } = watcher;
    const line = (id) => page.locator(`[data-sidebar-session="${id}"]`);
    const badge = (id) => line(id).getByTestId('sidebar-badge');
    for (const [id, word] of [['beta', 'Waiting'], ['alpha', 'Working'], ['gamma', 'Error']]) {
      await becomes(`${id} is shown as ${word}`, () => badge(id).textContent(), word);
    }
    await becomes('its message is the tooltip', () => line('gamma').getAttribute('title'), 'rate_limit');
    await line('delta').waitFor();
    assert.equal(await badge('delta').count(), 0);
    const shop = page.getByTestId('sidebar-project').filter({ hasText: 'shop' });
    await shop.click();
    await line('beta').waitFor({ state: 'detached' });
    await becomes('a folded project shows what matters most', () => shop.getByTestId('sidebar-badge').textContent(), 'Waiting');
    await page.reload();
    await line('delta').waitFor();
    assert.equal(await line('beta').count(), 0);
    await shop.click();
    await line('delta').click();
    await page.getByTestId('session-page').waitFor();
    await becomes('it is where one is', () => line('delta').getAttribute('aria-current'), 'page');
    await page.close();
  });

  it('is a list of cards on a phone, with the sidebar as a drawer', async () => {
    const watcher = await open('/', (page) => page.setViewportSize({ width: 390, height: 844 }));
    const { page } = watcher;
    await shows(watcher, 'beta', 'gamma', 'alpha', 'delta');
    await watcher.seesText('beta', 'Which branch?');
    await becomes('nothing sticks out', () => page.evaluate(() => document.documentElement.scrollWidth), 390);
    await page.getByLabel('Sort by').selectOption('Cost');
    await shows(watcher, 'gamma', 'alpha', 'beta', 'delta');
    await page.getByRole('button', { name: 'Projects and pages' }).click();
    const drawer = page.getByRole('dialog');
    await drawer.locator('[data-sidebar-session=delta]').click();
    await page.getByTestId('session-page').waitFor();
    await drawer.waitFor({ state: 'detached' });
    await page.close();
  });

  it('asks for ended sessions only when somebody looks, a page at a time', async () => {
    const many = Array.from({ length: 60 }, (_, n) => member(n));
    await send(hub, many);
    await send(hub, many.map(({ id }) => terminate(id)));
    const watcher = await open();
    const { page } = watcher;
    await shows(watcher, 'beta', 'gamma', 'alpha', 'delta');
    assert.deepEqual(watcher.listRequests, []);
    await page.getByRole('tab', { name: 'Ended' }).click();
    await page.locator('[data-testid=session][data-session-id^=s000]').first().waitFor();
    assert.equal(watcher.listRequests.length, 1);
    await page.getByRole('grid').focus();
    await page.keyboard.press('End');
    await page.getByText('50 of 60').waitFor();
    await page.getByRole('button', { name: 'Show more' }).click();
    await page.getByText('60 of 60').waitFor();
    assert.equal(watcher.listRequests.length, 2);
    await page.getByRole('searchbox').fill('Port the parser 4');
    await eventually('only those are there', async () => (await ids(watcher)).join() === 's00049,s00044,s00004', { seen: () => ids(watcher) });
    await page.close();
  });

  it('says what happened when a view fails, and tries again', async () => {
    let broken = true;
    const watcher = await open('/', (page) => page.route(/assets\/SessionPage/, (route) => (broken ? route.abort() : route.continue())));
    const { page } = watcher;
    await page.locator('[data-sidebar-session=delta]').click();
    await page.getByTestId('view-failure').waitFor();
    await becomes('it says which', () => page.getByTestId('view-failure').textContent(), /SessionPage/);
    // The shell stands.
    await watcher.isPhase('live');
    broken = false;
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByTestId('session-page').waitFor();
    await page.close();
  });
});
