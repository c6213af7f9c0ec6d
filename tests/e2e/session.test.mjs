import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { create, send, status, terminate } from './crowd.mjs';
import { becomes, eventually } from './eventually.mjs';
import { startHub } from './hub.mjs';
import { own } from './owner.mjs';
import { openBrowser } from './watcher.mjs';

const images = new URL('../../docs/images/', import.meta.url);
const ESC = '\u001b';
const shop = 'c0ffee42-7d1e-4b8a-9f1c-2a6f0d3b5e77';

const output = (session_id, text, stream = 'stdout') => ({ type: 'output', session_id, text, stream });
const usage = (session_id, input_tokens, output_tokens, cost_usd) => ({ type: 'usage', session_id, input_tokens, output_tokens, cost_usd });

const asks = status(shop, 'waiting', { waiting_for: 'permission', waiting_text: 'Bash: git push --force-with-lease origin fix/flaky-checkout' });

/** A fix of a flaky test, from its beginning to a question. */
const story = [
  [create(shop, {
    name: 'Fix the flaky checkout test', agent: 'claude-code', project: 'web-shop', host: 'ada-laptop', cwd: '/home/ada/src/web-shop',
    model: 'claude-sonnet-4-5',
  })],
  [usage(shop, 48_210, 1_204, 0.062), { type: 'start_task', session_id: shop, task_id: 'a7f31c9', name: 'Explore the tests' }],
  [usage(shop, 31_900, 910, 0.041), { type: 'complete_task', session_id: shop, task_id: 'a7f31c9' }],
  [output(shop, 'The test waits for a timer that the checkout never starts. '.concat('I will move the clock by hand.\n'), 'assistant')],
  [
    { type: 'start_task', session_id: shop, task_id: 'suite', name: 'Run the checkout suite' },
    output(shop, `${ESC}[1m RUN ${ESC}[0m tests/checkout.spec.ts\n`),
    output(shop, `${ESC}[32m✓${ESC}[0m adds an article ${ESC}[2m(41 ms)${ESC}[0m\n${ESC}[32m✓${ESC}[0m applies a voucher ${ESC}[2m(38 ms)${ESC}[0m\n`),
    output(shop, `${ESC}[31m✗ pays by card${ESC}[0m ${ESC}[2m(5 003 ms)${ESC}[0m\n  Error: Timeout of 5000 ms exceeded\n    at Checkout.pay (src/checkout.ts:118:11)\n`),
    output(shop, 'deprecated: fakeTimers("legacy")\n', 'stderr'),
  ],
  [usage(shop, 62_340, 2_480, 0.094), { type: 'complete_task', session_id: shop, task_id: 'suite', outcome: 'failed' }],
  [{ type: 'start_task', session_id: shop, task_id: 'fix', name: 'Rewrite the clock of the checkout' }, usage(shop, 20_120, 3_310, 0.058)],
  [output(shop, 'npm test -- checkout --repeat 50\n', 'tool'), output(shop, `${ESC}[32m50 passed${ESC}[0m, 0 failed\n`)],
  [usage(shop, 18_700, 640, 0.031), asks],
];

describe('a session’s page', () => {
  let hub, browser;
  before(async () => {
    hub = await startHub();
    browser = await openBrowser();
    await send(hub, [
      create('b1', { name: 'Move the invoices table', project: 'billing-api', agent: 'codex' }),
      create('d1', { name: 'Rewrite the quick start', project: 'docs-site', status: 'idle' }),
      create('d2', { name: 'Check the links', project: 'docs-site' }),
    ]);
    for (const scene of story) {
      await send(hub, scene);
      await sleep(250);
    }
  });
  after(async () => {
    await browser?.close();
    await hub?.stop();
  });

  const open = async (address, prepare) => {
    const watcher = await browser.watch(hub.url + address, prepare);
    await watcher.isPhase('live');
    await watcher.page.getByTestId('session-page').waitFor();
    return watcher;
  };
  const entries = (page) => page.getByTestId('entry').allTextContents();
  const says = (page, what) => eventually(`the timeline says ${what}`, async () => (await entries(page)).some((line) => line.includes(what)), { seen: () => entries(page) });
  const lines = (page) => page.getByTestId('output-line').allTextContents();
  const writes = (page, what) => eventually(`the output has ${what}`, async () => (await lines(page)).some((line) => line.includes(what)), { seen: () => lines(page) });

  it('is the picture in the documentation, light and dark, wide and narrow', async () => {
    await mkdir(images, { recursive: true });
    const owner = await own(browser, hub, shop);
    const { page } = await open(`/sessions/${shop}`);
    await page.getByTestId('composer').waitFor();
    await eventually('the toasts have gone', async () => (await page.locator('[data-sonner-toast]').count()) === 0);
    for (const [kind, size] of [['', { width: 1440, height: 900 }], ['-phone', { width: 390, height: 844 }]]) {
      for (const colorScheme of ['light', 'dark']) {
        const path = fileURLToPath(new URL(`session${kind}-${colorScheme}.png`, images));
        if (existsSync(path) && process.env.ROLLCALL_SCREENSHOTS !== '1') continue;
        await page.setViewportSize(size);
        await page.emulateMedia({ colorScheme });
        await says(page, 'Asks for permission');
        await page.screenshot({ path });
      }
    }
    await owner.leave();
    await page.close();
  });

  it('says what it is, how it stands, what it cost, and that nobody owns it', async () => {
    const { page, complaints } = await open(`/sessions/${shop}`);
    await page.getByRole('heading', { name: 'Fix the flaky checkout test', level: 1 }).waitFor();
    const header = page.getByTestId('session-header');
    await becomes('the header says what it is', () => header.textContent(), /web-shop · claude-code · claude-sonnet-4-5 · ada-laptop/);
    await becomes('it says what it asks', () => header.getByTestId('waiting').textContent(), /Asks for permission.*git push --force-with-lease/);
    for (const [figure, text] of [['input', '181K'], ['output', '8.54K'], ['cost', '$0.29'], ['tasks', '1']]) {
      await becomes(`its ${figure} is told`, () => page.getByTestId(`session-${figure}`).textContent(), text);
    }
    await header.getByTestId('session-owner').getByText('Nobody').waitFor();
    await page.getByTestId('no-owner').getByText('No program owns this session').waitFor();
    assert.deepEqual(complaints, []);
    await page.close();
  });

  it('tells what happened in words, the newest first, and goes on by itself', async () => {
    const watcher = await open(`/sessions/${shop}`);
    const { page } = watcher;
    for (const what of ['Began', '“Explore the tests” began', '“Run the checkout suite” failed after', 'Asks for permission', 'Wrote']) await says(page, what);
    await becomes('the newest is first', async () => (await entries(page))[0], /Asks for permission/);
    await becomes('the oldest is last', async () => (await entries(page)).at(-1), /Began/);
    await page.getByText('This is where it began.').waitFor();
    const logRequests = () => watcher.listRequests.filter((url) => url.includes('/events')).length;
    const asked = logRequests();
    await send(hub, [status(shop, 'active')]);
    await says(page, 'Works');
    await becomes('it is on top', async () => (await entries(page))[0], /Works/);
    assert.equal(logRequests(), asked, 'what is new comes over the socket');
    await send(hub, [asks]);
    await eventually('it asks again, on top', async () => (await entries(page))[0].includes('git push'));
    await page.close();
  });

  it('has its tabs in the address and under the keys 1 to 5', async () => {
    const { page } = await open(`/sessions/${shop}?tab=nonsense`);
    for (const [key, tab, name] of [['2', 'output', 'Output'], ['3', 'tasks', 'Tasks'], ['4', 'usage', 'Usage'], ['5', 'events', 'Events'], ['1', 'timeline', 'Timeline']]) {
      await page.keyboard.press(key);
      await page.getByRole('tab', { name, selected: true }).waitFor();
      await becomes('the address says so', () => new URL(page.url()).searchParams.get('tab') ?? 'timeline', tab);
    }
    await page.getByRole('tab', { name: 'Usage' }).click();
    await page.keyboard.press('2');
    await page.getByTestId('output').waitFor();
    await page.reload();
    await page.getByTestId('output').waitFor();
    await page.goBack();
    await page.getByTestId('usage-panel').waitFor();
    await page.close();
  });

  it('shows output with its colours, and obeys no escape code and no markup', async () => {
    await send(hub, [create('loud', { name: 'Loud' }), output('loud', [
      `${ESC}[1;31mred${ESC}[0m plain`,
      `${ESC}]0;a title${'\u0007'}after the title`,
      `${ESC}]8;;javascript:alert(1)${ESC}\\link${ESC}]8;;${ESC}\\`,
      `gone\u001b[2J${ESC}[Hstill here`,
      '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>',
      'user\u202etxt.exe',
      '10%\r100%',
      '',
    ].join('\n'))]);
    const { page, complaints } = await open('/sessions/loud?tab=output');
    await writes(page, 'red plain');
    await writes(page, '100%');
    const text = (await lines(page)).join('\n');
    for (const kept of ['after the title', 'link', 'gonestill here', '<script>window.pwned=1</script>', 'usertxt.exe']) assert.ok(text.includes(kept), kept);
    for (const left of ['a title\n', 'javascript:', ESC, '\u202e', '10%100%']) assert.ok(!text.includes(left), left);
    assert.equal(await page.getByTestId('output').locator('a, img, script').count(), 0);
    assert.equal(await page.evaluate(() => window.pwned), undefined);
    const red = page.getByTestId('output-line').first().locator('span', { hasText: /^red$/ }).last();
    const colour = (part) => part.evaluate((element) => getComputedStyle(element).color);
    assert.notEqual(await colour(red), await colour(page.getByTestId('output')));
    assert.deepEqual(complaints, []);
    await page.close();
  });

  it('follows long output, stands still for a reader, and keeps only what can be seen in the document', async () => {
    await send(hub, [create('long', { name: 'Long' })]);
    await send(hub, Array.from({ length: 60 }, (_, n) => output('long', Array.from({ length: 50 }, (_, m) => `line ${n * 50 + m}\n`).join(''))));
    const { page } = await open('/sessions/long?tab=output');
    await writes(page, 'line 2999');
    await eventually('few lines are in the document', async () => (await lines(page)).length < 200);
    await send(hub, [output('long', 'one more\n')]);
    await writes(page, 'one more');
    await page.keyboard.press('f');
    await send(hub, [output('long', 'while reading\n')]);
    await page.getByTestId('follow').getByText('Follow (1 new)').waitFor();
    assert.ok(!(await lines(page)).some((line) => line.includes('while reading')));
    await page.keyboard.press('f');
    await writes(page, 'while reading');
    await page.getByTestId('output').hover();
    await page.mouse.wheel(0, -4_000);
    await page.getByTestId('follow').getByText('Follow', { exact: true }).waitFor();
    let before;
    await eventually('the wheel has come to rest', async () => {
      const last = before;
      before = await lines(page);
      return JSON.stringify(last) === JSON.stringify(before);
    }, { every: 300 });
    await send(hub, [output('long', 'and again\n')]);
    await page.getByTestId('follow').getByText('Follow (1 new)').waitFor();
    assert.deepEqual(await lines(page), before, 'what is read does not move');
    await page.getByTestId('follow').click();
    await writes(page, 'and again');
    await page.close();
  });

  it('has running and ended tasks with how long they took', async () => {
    const { page } = await open(`/sessions/${shop}?tab=tasks`);
    const tasks = () => page.getByTestId('task').allTextContents();
    const three = [/Rewrite the clock of the checkoutRunning/, /Run the checkout suiteFailed/, /Explore the testsFinished/];
    await eventually('three tasks are there', async () => {
      const all = await tasks();
      return all.length === three.length && three.every((each, at) => each.test(all[at]));
    }, { seen: tasks });
    await send(hub, [{ type: 'start_task', session_id: shop, task_id: 'quick', name: 'Quick look' }]);
    await eventually('it runs', async () => (await tasks())[1]?.includes('Quick look'), { seen: tasks });
    await send(hub, [{ type: 'complete_task', session_id: shop, task_id: 'quick', outcome: 'cancelled' }]);
    await eventually('it was cancelled', async () => (await tasks()).some((task) => /Quick lookCancelled/.test(task)), { seen: tasks });
    await page.close();
  });

  it('draws tokens and cost over time, and says the same as a table', async () => {
    const { page } = await open(`/sessions/${shop}?tab=usage`);
    await becomes('three charts are drawn', () => page.getByTestId('chart').count(), 3);
    await page.getByText('As a table').click();
    const rows = page.getByTestId('usage-table').locator('tbody tr');
    await becomes('the last row has it all', () => rows.first().textContent(), /181,270.*8,544.*\$0\.29/);
    await page.getByRole('img', { name: /^Cost: \$0\.\d\d at .*, \$0\.29 by now$/ }).waitFor();
    await page.close();
  });

  it('shows raw events, to unfold, to copy and to read over HTTP', async () => {
    const { page } = await open(`/sessions/${shop}?tab=events`);
    const event = page.getByTestId('raw-event').filter({ hasText: 'task_completed' }).first();
    await event.getByRole('button', { expanded: false }).click();
    const shown = JSON.parse(await event.locator('pre').textContent());
    assert.equal(shown.event, 'task_completed');
    const address = await event.getByRole('link', { name: /Over HTTP/ }).getAttribute('href');
    const { events } = await (await fetch(hub.url + address)).json();
    assert.deepEqual(events, [shown]);
    await event.getByRole('button', { name: 'Copy' }).click();
    await event.getByRole('button', { name: 'Copied' }).waitFor();
    assert.deepEqual(JSON.parse(await page.evaluate(() => navigator.clipboard.readText())), shown);
    await page.close();
  });

  it('copies the id, the link and the command that resumes it', async () => {
    const { page } = await open(`/sessions/${shop}`);
    for (const [item, text] of [
      ['Id', shop], ['Link', `${hub.url}/sessions/${shop}`], ['Command that resumes it', `cd /home/ada/src/web-shop && claude --resume ${shop}`],
    ]) {
      await page.getByTestId('copy-menu').click();
      await page.getByRole('menuitem', { name: item, exact: true }).click();
      await eventually(`${item} is copied`, async () => (await page.evaluate(() => navigator.clipboard.readText())) === text);
    }
    await page.close();
  });

  it('hands messages, cancel, pause and resume to the owner, and says what became of them', async () => {
    const owner = await own(browser, hub, shop);
    const { page } = await open(`/sessions/${shop}`);
    await page.getByTestId('session-owner').getByText('A program').waitFor();
    await page.keyboard.press('m');
    await page.locator('[data-testid=composer]:focus').waitFor();
    await page.keyboard.type('Push it, 1 2 3');
    await page.keyboard.press('Enter');
    await page.getByTestId('saying').getByText(/Handed to its owner at/).waitFor();
    await becomes('the field is empty again', () => page.getByTestId('composer').inputValue(), '');
    await page.getByTestId('cancel').click();
    await eventually('the owner heard it', async () => (await owner.heard()).length === 2, { seen: owner.heard });
    await page.keyboard.press('Escape');
    await page.getByTestId('session-header').click({ position: { x: 2, y: 2 } });
    await page.keyboard.press('p');
    await page.getByTestId('pause').getByText('Resume').waitFor();
    await page.getByTestId('session-header').getByTestId('paused').waitFor();
    await page.keyboard.press('p');
    await page.getByTestId('pause').getByText('Pause', { exact: true }).waitFor();
    await becomes('the owner heard it all', owner.heard, [['send_message', { text: 'Push it, 1 2 3' }], ['cancel', {}], ['pause', {}], ['resume', {}]]);

    await owner.leave();
    await page.getByTestId('composer').fill('Are you there?');
    await page.keyboard.press('Enter');
    await page.getByTestId('saying').getByText(/No program owns session/).waitFor();
    await page.getByTestId('no-owner').waitFor();
    await page.close();
  });

  it('shows an end, another life, and a session that begins under an address that was wrong', async () => {
    await send(hub, [create('brief')]);
    const { page } = await open('/sessions/brief');
    await send(hub, [terminate('brief')]);
    await page.getByTestId('session-header').getByText('Ended', { exact: true }).first().waitFor();
    await page.getByTestId('pause').waitFor({ state: 'detached' });
    await says(page, 'Ended: it was asked to');
    await page.close();

    const later = await browser.watch(`${hub.url}/sessions/nobody-yet`);
    await later.page.getByRole('heading', { name: 'There is no such session' }).waitFor();
    await send(hub, [create('nobody-yet', { name: 'Here now' })]);
    await later.page.getByRole('heading', { name: 'Here now' }).waitFor();
    await says(later.page, 'Began');
    await send(hub, [status('nobody-yet', 'idle')]);
    await says(later.page, 'Is idle');
    await later.page.close();
  });

  it('takes up a session that an agent resumes', async () => {
    const hook = (body) => fetch(`${hub.url}/ingest/hooks/claude-code`, {
      method: 'POST', headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ session_id: 'twice', cwd: '/home/ada/src/docs', transcript_path: '/home/ada/t.jsonl', ...body }),
    });
    await hook({ hook_event_name: 'SessionStart', source: 'startup' });
    await hook({ hook_event_name: 'SessionEnd', reason: 'other' });
    const { page } = await open('/sessions/twice');
    await page.getByTestId('session-header').getByText('Ended', { exact: true }).first().waitFor();
    await page.getByTestId('dock').getByText('cd /home/ada/src/docs && claude --resume twice').waitFor();
    await hook({ hook_event_name: 'SessionStart', source: 'resume' });
    await page.getByTestId('pause').waitFor();
    await says(page, 'Began another life');
    await page.close();
  });

  it('keeps what it shows while the hub is away, and fills the gap when it is back', async () => {
    const { page } = await open('/sessions/long');
    await says(page, 'Wrote');
    await hub.kill();
    await page.getByTestId('connection-banner').waitFor();
    await says(page, 'Wrote');
    await page.locator('[data-testid=pause]:disabled').waitFor();
    await hub.restart();
    await send(hub, [status('long', 'error', { error_message: 'no space left on device' })]);
    await says(page, 'no space left on device');
    await page.getByTestId('session-header').getByTestId('error-message').waitFor();
    await page.close();
  });

  it('fits a phone', async () => {
    const { page } = await open(`/sessions/${shop}`, (tab) => tab.setViewportSize({ width: 390, height: 844 }));
    for (const [tab, part] of [['Timeline', 'entry'], ['Output', 'output-line'], ['Tasks', 'task'], ['Usage', 'chart'], ['Events', 'raw-event']]) {
      await page.getByRole('tab', { name: tab }).click();
      await page.getByTestId(part).first().waitFor();
      await becomes(`nothing sticks out of ${tab}`, () => page.evaluate(() => document.documentElement.scrollWidth), 390);
    }
    await page.close();
  });
});
