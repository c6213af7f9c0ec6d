import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { create, send, status } from './crowd.mjs';
import { becomes, eventually, isQuick } from './eventually.mjs';
import { startHub } from './hub.mjs';
import { startOwner } from './owner.mjs';
import { openBrowser } from './watcher.mjs';

const images = new URL('../../docs/images/', import.meta.url);
const asks = {
  deploy: { waiting_for: 'permission', waiting_text: 'Bash: npm run migrate -- --env staging' },
  database: { waiting_for: 'question', waiting_text: 'Which database should the new service use?\n- PostgreSQL, as billing does\n- SQLite, one file\n- Whatever is there already' },
  patch: {
    waiting_for: 'permission',
    waiting_text: 'Edit: src/checkout/total.ts\n@@ -12,3 +12,4 @@\n export function total(lines) {\n-  return lines.reduce((sum, line) => sum + line.price, 0);\n+  const cents = lines.reduce((sum, line) => sum + line.cents, 0);\n+  return cents / 100;\n }',
  },
};
const waits = (id) => status(id, 'waiting', asks[id]);

describe('the queue of those that need a person', () => {
  let hub, browser, owner, watcher, page;
  before(async () => {
    hub = await startHub();
    browser = await openBrowser();
    await send(hub, [
      create('deploy', { name: 'Migrate invoices to the new schema', project: 'billing-api', agent: 'claude-code', host: 'ada-laptop', cwd: '/home/ada/my work/billing-api' }),
      create('database', { name: 'Sketch the ledger service', project: 'ledger', agent: 'codex', host: 'build-02', cwd: '/srv/ledger' }),
      create('patch', { name: 'Fix the flaky checkout test', project: 'web-shop', agent: 'claude-code', host: 'ada-laptop', cwd: '/home/ada/src/web-shop' }),
      create('failed', { name: 'Rewrite the quick start', project: 'docs-site', agent: 'gemini', host: 'ada-laptop', cwd: '/home/ada/src/docs-site' }),
      ...[['Port the parser', 'web-shop'], ['Find the leak', 'billing-api'], ['Upgrade the client', 'web-shop']].flatMap(([name, project], at) => [
        create(`busy-${at}`, { name, project, agent: 'claude-code', host: 'build-02' }),
        { type: 'start_task', session_id: `busy-${at}`, task_id: 't' },
        { type: 'usage', session_id: `busy-${at}`, input_tokens: 181_400 * (at + 1), output_tokens: 7_120, cost_usd: 0.61 },
      ]),
    ]);
    owner = await startOwner(browser, hub);
    watcher = await browser.watch(`${hub.url}/needs-you`);
    page = watcher.page;
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: hub.url });
    await watcher.isPhase('live');
  });
  after(async () => {
    await browser?.close();
    await hub?.stop();
  });

  const card = (id) => page.locator(`[data-wait="${id}"]`);
  const queue = () => page.$$eval('[data-wait]', (cards) => cards.map((each) => each.dataset.wait).join());
  const shows = (wanted) => eventually(`the queue is ${wanted}`, async () => (await queue()) === wanted, { seen: queue });
  const selected = () => page.$$eval('[data-wait][aria-current=true]', (cards) => cards.map((each) => each.dataset.wait).join());
  const isSelected = (id) => eventually(`${id} is selected`, async () => (await selected()) === id, { seen: selected });
  const heard = (wanted) => eventually(`the owner heard ${JSON.stringify(wanted)}`,
    async () => (await owner.heard()).some((each) => JSON.stringify(each) === JSON.stringify(wanted)), { seen: () => owner.heard() });
  /** A key that answers waits for a while after the selection went on by itself. */
  const isMeant = () => sleep(600);
  const sinceOf = async (id) => (await (await fetch(`${hub.url}/api/v1/sessions/${id}`)).json()).waiting_since;

  it('is a relief when nobody waits', async () => {
    await page.getByRole('heading', { name: 'Nobody waits for you' }).waitFor();
    await page.getByTestId('relief').getByText('7 sessions are at work').waitFor();
    await watcher.seesTitle('Rollcall');
    assert.equal(await page.getByTestId('needs-you-count').count(), 0);
  });

  it('has who waits in it and in the title in under a second', async () => {
    await page.evaluate(() => new MutationObserver(() => {
      if (document.title === '(1) Rollcall') window.seen.title ??= Date.now();
      if (document.querySelector('[data-wait=deploy]')) window.seen.queue ??= Date.now();
    }).observe(document, { subtree: true, childList: true, characterData: true }));
    await isQuick('in the title and in the queue', async () => {
      await send(hub, [status('deploy', 'active')]);
      await shows('');
      await watcher.seesTitle('Rollcall');
      await page.evaluate(() => { window.seen = {}; });
      const asked = Date.now();
      await send(hub, [waits('deploy')]);
      await shows('deploy');
      await watcher.seesTitle('(1) Rollcall');
      const { title, queue: shown } = await page.evaluate(() => window.seen);
      return Math.max(title, shown) - asked;
    });
  });

  it('has the oldest first, and says what each asks and what went wrong', async () => {
    await send(hub, [waits('database')]);
    await send(hub, [waits('patch')]);
    await send(hub, [status('failed', 'error', { error_message: 'rate_limit: 429 <b>This request would exceed your rate limit.</b>' })]);
    await shows('deploy,database,patch,failed');
    const asked = (id) => card(id).getByTestId('asked').textContent();
    await becomes('it asks for permission', () => card('deploy').textContent(), /Asks for permission to use Bash.*npm run migrate -- --env staging/);
    await becomes('it asks a question', () => asked('database'), /^Which database should the new service use\?$/);
    await becomes('its options are there', () => card('database').getByTestId('option').allTextContents(), ['PostgreSQL, as billing does', 'SQLite, one file', 'Whatever is there already']);
    await becomes('the change is there', () => asked('patch'), /\+ {2}const cents/);
    await becomes('words are words, never markup', () => asked('failed'), /<b>This request/);
  });

  it('counts them in the navigation, in the title and in the icon', async () => {
    await watcher.seesTitle('(4) Rollcall');
    await becomes('the navigation counts them', () => page.getByTestId('needs-you-count').first().textContent(), '4');
    const readIcon = () => page.locator('link[rel=icon]').getAttribute('href');
    await becomes('the icon counts them', async () => decodeURIComponent(await readIcon()), /^data:image\/svg\+xml,.*>4<\/text>/s);
    const icon = await readIcon();
    assert.equal(await page.evaluate((src) => new Promise((resolve) => {
      const image = new Image();
      image.onload = () => resolve('drawn');
      image.onerror = () => resolve('refused');
      image.src = src;
    }), icon), 'drawn', 'the policy of the hub allows it');
  });

  it('is gone through by keys, and the address holds the place', async () => {
    await isSelected('deploy');
    await page.keyboard.press('j');
    await isSelected('database');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await isSelected('failed');
    await page.keyboard.press('k');
    await isSelected('patch');
    await becomes('a screen reader is there, too', () => page.evaluate(() => document.activeElement.dataset.wait), 'patch');
    await becomes('the address says so', () => new URL(page.url()).searchParams.get('session'), 'patch');
    await page.reload();
    await isSelected('patch');
    await page.keyboard.press('o');
    await page.waitForURL('**/sessions/patch');
    await page.goBack();
    await isSelected('patch');
  });

  it('says where nobody listens, and lets nothing be said there', async () => {
    await eventually('the reason is there', async () =>
      (await card('deploy').getByTestId('deaf').textContent()) === 'No program listens to this session: answer it where it runs, on ada-laptop.');
    await card('deploy').getByRole('button', { name: 'Approve', disabled: true }).waitFor();
    await card('deploy').getByRole('button', { name: 'Reply', disabled: true }).waitFor();
  });

  it('copies the command that resumes a session', async () => {
    await page.keyboard.press('c');
    await card('patch').getByText('Copied').waitFor();
    const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
    await becomes('the command is copied', clipboard, 'cd /home/ada/src/web-shop && claude --resume patch');
    await card('deploy').getByTestId('copy-command').click();
    await eventually('the folder is quoted', async () => (await clipboard()) === "cd '/home/ada/my work/billing-api' && claude --resume deploy", { seen: clipboard });
    await card('database').getByTestId('copy-command').click();
    await eventually('codex has a word of its own', async () => (await clipboard()) === 'cd /srv/ledger && codex resume database', { seen: clipboard });
  });

  it('approves by a key where an owner listens, and goes on to the next', async () => {
    for (const id of ['deploy', 'database', 'patch', 'failed']) await owner.own(id);
    await page.reload();
    await card('deploy').click({ position: { x: 8, y: 8 } });
    await isSelected('deploy');
    await card('deploy').getByRole('button', { name: 'Approve', disabled: false }).waitFor();
    const since = await sinceOf('deploy');
    await page.keyboard.press('a');
    await heard(['deploy', 'approve', { waiting_since: since }]);
    await isSelected('database');
    await becomes('it says so', () => card('deploy').getByTestId('outcome').textContent(), /^Approved/);
    await eventually('nothing is said twice', () => card('deploy').getByRole('button', { name: 'Approve' }).isDisabled());
    await owner.report('deploy', 'status', { status: 'active' });
    await shows('database,patch,failed');
    await isSelected('database');
  });

  it('answers a question with one of its options', async () => {
    await card('database').getByRole('button', { name: 'SQLite, one file', disabled: false }).click();
    await heard(['database', 'send_message', { text: 'SQLite, one file' }]);
    await isSelected('patch');
    await owner.report('database', 'status', { status: 'active' });
    await shows('patch,failed');
  });

  it('denies, and replies in words', async () => {
    await card('patch').getByRole('button', { name: 'Deny', disabled: false }).waitFor();
    const since = await sinceOf('patch');
    await isMeant();
    await page.keyboard.press('d');
    await heard(['patch', 'deny', { waiting_since: since }]);
    await isSelected('failed');
    await card('failed').getByRole('button', { name: 'Reply', disabled: false }).waitFor();
    await page.keyboard.press('r');
    await card('failed').locator('input:focus, textarea:focus').waitFor();
    await page.keyboard.type('jk: go on, slowly');
    await page.keyboard.press('Enter');
    await heard(['failed', 'send_message', { text: 'jk: go on, slowly' }]);
    await card('failed').getByText(/^Answered/).waitFor();
    assert.equal(await selected(), 'failed', 'all were answered: there is nobody to go on to');
  });

  it('never moves under a key that is about to be pressed', async () => {
    for (const id of ['deploy', 'database']) await send(hub, [waits(id)]);
    await shows('patch,failed,deploy,database');
    await card('failed').click({ position: { x: 8, y: 8 } });
    await isSelected('failed');
    const before = (await owner.heard()).length;
    await send(hub, [status('failed', 'active')]);
    await page.getByTestId('gone').waitFor();
    await page.keyboard.press('a');
    await page.keyboard.press('d');
    assert.equal(await selected(), '');
    await page.keyboard.press('j');
    await isSelected('deploy');
    assert.equal((await owner.heard()).length, before, 'nobody was told anything');
  });

  it('takes one key for one answer, however long it is held down, and none for a card that has just come under it', async () => {
    await owner.own('database');
    await send(hub, [status('patch', 'active')]);
    for (const id of ['deploy', 'database']) await owner.report(id, 'status', { status: 'active' });
    await shows('');
    for (const id of ['deploy', 'database', 'patch']) await send(hub, [status(id, 'waiting', asks.deploy)]);
    await shows('deploy,database,patch');
    await isSelected('deploy');
    for (const id of ['deploy', 'database', 'patch']) await card(id).getByRole('button', { name: 'Approve', disabled: false }).waitFor();
    await isMeant();
    const before = (await owner.heard()).length;
    const told = async () => (await owner.heard()).slice(before).map(([id, word]) => `${id}: ${word}`);
    await page.keyboard.down('a');
    await isSelected('database');
    for (let times = 0; times < 30; times++) {
      await page.keyboard.down('a');
      await sleep(30);
    }
    await page.keyboard.up('a');
    assert.deepEqual(await told(), ['deploy: approve']);
    assert.equal(await selected(), 'database');
    // The hand is as quick as the page: a key for each card, the moment that it is selected.
    await page.evaluate(() => new MutationObserver(() => {
      const key = document.querySelector('[data-wait=patch][aria-current=true]') && 'a';
      if (key) setTimeout(() => dispatchEvent(new KeyboardEvent('keydown', { key })), 50);
    }).observe(document, { subtree: true, attributeFilter: ['aria-current'] }));
    await page.keyboard.press('a');
    await isSelected('patch');
    await isMeant();
    assert.deepEqual(await told(), ['deploy: approve', 'database: approve']);
    await page.keyboard.press('a');
    await becomes('it is heard then', told, ['deploy: approve', 'database: approve', 'patch: approve']);
    for (const id of ['deploy', 'database', 'patch']) await owner.report(id, 'status', { status: 'active' });
    await shows('');
    for (const id of ['patch', 'database', 'deploy']) await send(hub, [waits(id)]);
    await shows('patch,database,deploy');
  });

  it('can be answered where the browser knows of no network: the hub may be on this machine', async () => {
    await page.evaluate(() => dispatchEvent(new Event('offline')));
    await owner.report('deploy', 'status', { status: 'active' });
    await shows('patch,database');
    await send(hub, [waits('deploy')]);
    await card('deploy').getByRole('button', { name: 'Approve', disabled: false }).waitFor();
    await page.evaluate(() => dispatchEvent(new Event('online')));
  });

  it('asks again what was asked anew', async () => {
    await owner.report('deploy', 'status', { status: 'active' });
    await shows('patch,database');
    await owner.report('deploy', 'status', { status: 'waiting', waiting_for: 'plan', waiting_text: '1. Stop the queue\n2. Migrate\n3. Start it again' });
    await shows('patch,database,deploy');
    await card('deploy').getByText('Asks to approve a plan').waitFor();
    await card('deploy').getByRole('button', { name: 'Approve', disabled: false }).waitFor();
  });

  it('looks well, light and dark, wide and narrow', async () => {
    await mkdir(images, { recursive: true });
    await page.goto(`${hub.url}/needs-you`);
    for (const id of ['deploy', 'database', 'patch']) await owner.report(id, 'status', { status: 'active' });
    await shows('');
    for (const id of ['deploy', 'database', 'patch']) await send(hub, [waits(id)]);
    await send(hub, [status('failed', 'error', { error_message: 'rate_limit: 429: This request would exceed your rate limit.' })]);
    await shows('deploy,database,patch,failed');
    await isSelected('deploy');
    await card('deploy').getByRole('button', { name: 'Approve', disabled: false }).waitFor();
    const whole = page.viewportSize();
    // A queue that has stood for a while: the clock of this tab is ahead.
    const { page: later } = await browser.watch(`${hub.url}/needs-you`, (tab) => tab.addInitScript(() => {
      const now = Date.now;
      Date.now = () => now() + 12 * 60_000;
    }));
    await later.locator('[data-wait=deploy]').getByRole('button', { name: 'Approve', disabled: false }).waitFor();
    for (const [kind, size] of [['', whole], ['-phone', { width: 390, height: 844 }]]) {
      for (const colorScheme of ['light', 'dark']) {
        const path = fileURLToPath(new URL(`needs-you${kind}-${colorScheme}.png`, images));
        if (existsSync(path) && process.env.ROLLCALL_SCREENSHOTS !== '1') continue;
        await later.setViewportSize(size);
        await later.emulateMedia({ colorScheme });
        await later.screenshot({ path });
      }
    }
    await later.close();
    await page.setViewportSize({ width: 390, height: 844 });
    await becomes('nothing sticks out', () => page.evaluate(() => document.documentElement.scrollWidth), 390);
    await page.setViewportSize(whole);
  });

  it('keeps what it showed while the hub is away, and lets nothing be said', async () => {
    await hub.kill();
    await page.getByTestId('connection-banner').waitFor();
    assert.equal(await queue(), 'deploy,database,patch,failed');
    await eventually('the reason is there', async () =>
      (await card('deploy').getByTestId('deaf').textContent()) === 'Answers wait until the connection is back.');
    await card('deploy').getByRole('button', { name: 'Approve', disabled: true }).waitFor();
    assert.ok(await card('deploy').getByTestId('copy-command').isEnabled());
    assert.deepEqual(watcher.complaints, []);
  });
});
