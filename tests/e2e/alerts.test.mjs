import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { create, send, status } from './crowd.mjs';
import { becomes, eventually } from './eventually.mjs';
import { startHub } from './hub.mjs';
import { takePictures } from './pictures.mjs';
import { openBrowser } from './watcher.mjs';

// The hub looks for alerts so often, and tells the same one again without a pause.
process.env.ROLLCALL_ALERTS_EVERY = '200ms';
process.env.ROLLCALL_ALERT_COOL_DOWN = '0s';

describe('alerts', () => {
  let hub, browser, watcher, second, page;
  const call = async (method, path, body) => {
    const response = await fetch(`${hub.url}/api/v1${path}`, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    assert.ok(response.ok, `${method} ${path}: ${response.status}`);
    return response.json();
  };
  const host = (name, cpu_percent, memory_percent) => call('POST', `/hosts/${name}`, { cpu_percent, memory_percent });
  const busy = async () => {
    await call('PUT', '/alerts/rules', { high_cpu: { warning: 80, error: 90 }, high_memory: { warning: 85, error: 95 } });
    await host('build-1', 96, 61);
    await host('build-2', 83, 88);
    await host('ci-runner', 95.5, 40);
  };
  const alerts = (of = page) => of.getByTestId('alert');
  const alert = (text, of = page) => alerts(of).filter({ hasText: text });
  const unread = (of = page) => of.getByTestId('alerts-unread').textContent({ timeout: 500 }).catch(() => null);
  /** Of this very machine there may be alerts, too: the hub knows how many there are. */
  const bellIsRight = (of = page) => eventually('the bell counts what nobody has acknowledged', async () => {
    const { alerts: open } = await call('GET', '/alerts?limit=200');
    const count = open.filter(({ acknowledged_by }) => acknowledged_by === null).length;
    return (await unread(of)) === (count === 0 ? null : count > 9 ? '9+' : String(count));
  }, { seen: () => unread(of) });
  const unseen = (text, of = page) => of.locator('[data-testid=alert][data-seen=false]').filter({ hasText: text });
  const search = () => new URL(page.url()).search;
  const goTo = async (path) => {
    await page.goto(hub.url + path);
    await watcher.isPhase('live');
  };

  before(async () => {
    hub = await startHub();
    // This machine may be busy, too: that is not what this is about.
    const off = { warning: null, error: null };
    await call('PUT', '/alerts/rules', { high_cpu: off, high_memory: off, high_error_rate: off });
    browser = await openBrowser();
    watcher = await browser.watch(`${hub.url}/alerts`);
    second = await browser.watch(hub.url);
    page = watcher.page;
    await watcher.isPhase('live');
  });
  after(async () => {
    await browser?.close();
    await hub?.stop();
  });

  it('are none at first, on the page and in the bell', async () => {
    await page.getByText('Nothing is wrong').waitFor();
    assert.equal(await unread(), null);
    await page.getByTestId('alerts-bell').click();
    await page.getByTestId('alerts-popover').getByText('Nothing is wrong').waitFor();
    await page.keyboard.press('Escape');
  });

  it('appear by themselves, the worst on top, and are counted by the bell of every tab', async () => {
    await busy();
    await alert('build-1').waitFor();
    await alert('ci-runner').waitFor();
    await alert('build-2').nth(1).waitFor();
    await becomes('the worst is on top', () => alerts().first().textContent(), /^Error/);
    await becomes('it says how bad it is', () => alert('build-1').textContent(), /CPU.*96\s%.*the limit is 90\s%/);
    await bellIsRight();
    await bellIsRight(second.page);
    await becomes('a screen reader hears it', () => page.getByTestId('alerts-bell').getAttribute('aria-label'), /^Alerts, \d+ not acknowledged$/);
  });

  it('are filtered by how bad and of what kind they are, in the address, over a reload and back', async () => {
    await page.getByRole('button', { name: 'Warning', exact: true }).click();
    await alert('build-2').nth(1).waitFor();
    await eventually('only warnings', async () => (await page.getByTestId('level').allTextContents()).every((word) => word === 'Warning'));
    await becomes('the address says so', search, '?level=warning');
    await page.getByRole('button', { name: 'Type' }).click();
    await page.getByRole('menuitemcheckbox', { name: 'Memory' }).click();
    await page.keyboard.press('Escape');
    await eventually('one is left', async () => (await alert('build-2').count()) === 1 && (await alert('CPU').count()) === 0);
    await becomes('the address says so', search, '?level=warning&type=high_memory');
    await page.reload();
    await alert('Memory of build-2 at 88').waitFor();
    assert.equal(await alert('CPU').count(), 0);
    await page.goBack();
    await eventually('only warnings again', async () => search() === '?level=warning' && (await alert('build-2').count()) === 2);
    await page.getByRole('button', { name: 'Clear' }).click();
    await alert('build-1').waitFor();
    await goTo('/alerts?level=loud&type=weather&tab=7');
    await alert('build-1').waitFor();
    await alert('build-2').first().waitFor();
  });

  it('are acknowledged one by one, and every tab knows at once', async () => {
    await alert('build-1').getByRole('button', { name: 'Acknowledge: CPU, build-1' }).click();
    await alert('build-1').getByText('Seen by').waitFor();
    await bellIsRight();
    await bellIsRight(second.page);
    await becomes('what was seen goes down', () => alerts().last().getAttribute('data-seen'), 'true');
  });

  it('are acknowledged from the bell, too', async () => {
    await second.page.getByTestId('alerts-bell').click();
    const popover = second.page.getByTestId('alerts-popover');
    await popover.getByRole('button', { name: 'Acknowledge: CPU, build-2' }).click();
    await alert('CPU of build-2').getByText('Seen by').waitFor();
    await popover.getByRole('link', { name: 'All alerts' }).click();
    await second.page.getByRole('heading', { name: 'Alerts', level: 1 }).waitFor();
    await popover.waitFor({ state: 'detached' });
    await second.page.goto(hub.url);
  });

  it('are acknowledged all at once, but only those that are shown', async () => {
    await page.getByRole('button', { name: 'Error', exact: true }).click();
    await unseen('ci-runner').waitFor();
    await page.getByTestId('acknowledge-all').click();
    await alert('ci-runner').getByText('Seen by').waitFor();
    await page.getByRole('button', { name: 'Clear' }).click();
    await unseen('Memory of build-2').waitFor();
    await page.getByTestId('acknowledge-all').click();
    await alert('Memory of build-2').getByText('Seen by').waitFor();
    await bellIsRight();
  });

  it('say who waits too long by name, with the way there', async () => {
    await call('PUT', '/alerts/rules', { session_waiting: { warning: 1, error: null }, cost_budget: { warning: 5, error: 50 } });
    await send(hub, [
      create('migrate', { name: 'Migrate the billing tables', project: 'billing', agent: 'claude-code', host: 'ada-laptop' }),
      { type: 'usage', session_id: 'migrate', input_tokens: 900_000, output_tokens: 40_000, cost_usd: 7.42 },
      status('migrate', 'waiting', { waiting_for: 'permission', waiting_text: 'Bash: make migrate' }),
    ]);
    const row = alert('Migrate the billing tables');
    await row.waitFor();
    await becomes('it says for how long', () => row.textContent(), /Session waiting.*Waits for a person for/);
    await alert('This work period cost $7.42').waitFor();
    await row.getByRole('link').click();
    await page.getByTestId('session-page').waitFor();
    await goTo('/alerts');
  });

  it('is the picture of the page', async () => {
    await host('build-3', 97.4, 97);
    await alert('build-3').nth(1).waitFor();
    await eventually('the toasts have gone', async () => (await page.locator('[data-sonner-toast]').count()) === 0);
    await takePictures(page, 'alerts', () => alert('build-3').first().waitFor());
  });

  it('go by themselves when it is over, and are in the history, for how long and until when', async () => {
    await send(hub, [status('migrate', 'active')]);
    await alert('Migrate the billing tables').waitFor({ state: 'detached' });
    await page.getByRole('tab', { name: 'History' }).click();
    await alert('Migrate the billing tables').getByText('Over after').waitFor();
    await becomes('the address says so', search, '?tab=history');
    await host('build-4', 99, 20);
    await alert('build-4').waitFor();
  });

  it('have more in the bell than fits in a figure', async () => {
    for (let n = 10; n < 16; n++) await host(`build-${n}`, 99, 99);
    await eventually('the bell says 9+', async () => (await unread()) === '9+', { seen: unread });
    await bellIsRight();
  });

  it('follow rules that are edited, with what the hub does not take at its field', async () => {
    await goTo('/alerts?tab=rules');
    const rule = (kind) => page.locator(`[data-testid=rule][data-kind=${kind}]`);
    const field = (kind, mark) => rule(kind).getByRole('textbox', { name: mark });
    const save = page.getByRole('button', { name: 'Save' });
    await field('high_cpu', 'Warning').waitFor();
    await becomes('the rule is there', () => field('high_cpu', 'Warning').inputValue(), '80');
    await eventually('there is nothing to save', () => save.isDisabled());

    await field('high_cpu', 'Error').fill('140');
    await field('host_down', 'Error').fill('soon');
    await save.click();
    await rule('high_cpu').getByText('Must be null or a number of percent from 0 to 100.').waitFor();
    await rule('host_down').getByText(/Must be null or a number of seconds/).waitFor();
    await becomes('it is wrong', () => field('high_cpu', 'Error').getAttribute('aria-invalid'), 'true');
    await becomes('the other is not', () => field('high_cpu', 'Warning').getAttribute('aria-invalid'), 'false');
    await eventually('the focus is where it is wrong', () => field('high_cpu', 'Error').evaluate((element) => element === document.activeElement));
    await field('high_cpu', 'Error').fill('70');
    await rule('host_down').getByRole('button', { name: 'Reset Host down' }).click();
    await save.click();
    await rule('high_cpu').getByText('Warning must be less than error.').waitFor();
    await takePictures(page, 'alert-rules');

    await field('high_cpu', 'Warning').fill('60.5');
    await save.click();
    await page.getByText('Saved. It holds at once.').waitFor();
    const rules = await call('GET', '/alerts/rules');
    assert.deepEqual(rules.high_cpu, { warning: 60.5, error: 70 });
    assert.deepEqual(rules.host_down, { warning: null, error: 180 });
  });

  it('are switched off rule by rule, and set back to what is usual', async () => {
    const rule = page.locator('[data-testid=rule][data-kind=high_cpu]');
    await rule.getByRole('switch').click();
    await page.getByRole('button', { name: 'Save' }).click();
    await eventually('the rule is off', async () => (await call('GET', '/alerts/rules')).high_cpu.error === null);
    await becomes('the switch says so', () => rule.getByRole('switch').getAttribute('aria-checked'), 'false');
    await rule.getByRole('button', { name: 'Reset CPU' }).click();
    await page.getByRole('button', { name: 'Discard' }).click();
    await becomes('the field is empty', () => rule.getByRole('textbox', { name: 'Error' }).inputValue(), '');
    await page.getByRole('button', { name: 'Reset all' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await eventually('all is as usual', async () => {
      const { high_cpu, session_waiting, cost_budget } = await call('GET', '/alerts/rules');
      return high_cpu.warning === 80 && session_waiting.warning === 600 && cost_budget.warning === null;
    });
  });

  it('say why when an acknowledgement is refused', async () => {
    await goTo('/alerts');
    await host('build-5', 99, 20);
    const row = alert('build-5');
    await row.waitFor();
    await call('PUT', '/flags', { alerts: false });
    await row.getByRole('button', { name: /Acknowledge/ }).click();
    await page.getByTestId('refused').getByText('alerts are switched off').waitFor();
    await call('PUT', '/flags', { alerts: true });
    await row.getByRole('button', { name: /Acknowledge/ }).click();
    await row.getByText('Seen by').waitFor();
    await page.getByTestId('refused').waitFor({ state: 'detached' });
  });

  it('are there in grey while the hub is away, and right again when it is back', async () => {
    await hub.kill();
    await page.locator('main[data-outdated=true]').waitFor();
    await alert('build-1').first().waitFor();
    await page.getByRole('button', { name: /^Acknowledge:/ }).first().click();
    await page.getByTestId('refused').getByText('The hub does not answer').waitFor();
    await hub.restart();
    await watcher.isPhase('live');
    await eventually('as many as the hub has', async () => (await call('GET', '/alerts?limit=200')).alerts.length === (await alerts().count()));
  });

  it('raised no complaint', () => {
    for (const each of [watcher, second]) assert.deepEqual(each.complaints, []);
  });
});
