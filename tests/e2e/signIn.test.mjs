import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isFaultless } from './axe.mjs';
import { eventually } from './eventually.mjs';
import { startHub } from './hub.mjs';
import { takePictures } from './pictures.mjs';
import { openBrowser } from './watcher.mjs';

describe('a hub that needs a key', () => {
  let hub, browser, key;
  const makeKey = (...more) => hub.rollcall('key', 'create', '--name', 'test', ...more);

  before(async () => {
    let reporter;
    hub = await startHub({
      env: { ROLLCALL_REQUIRE_KEYS: 'true' },
      first: async (rollcall) => {
        reporter = await rollcall('key', 'create', '--scope', 'report');
        key = await rollcall('key', 'create', '--scope', 'watch,control');
      },
    });
    browser = await openBrowser();
    const made = await fetch(`${hub.url}/api/v1/sessions`, {
      method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${reporter}` },
      body: JSON.stringify({ id: 'checkout', name: 'Checkout: retry failed payments', project: 'shop', agent: 'claude-code', status: 'active' }),
    });
    assert.equal(made.status, 201);
    const ended = await fetch(`${hub.url}/api/v1/commands`, {
      method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${reporter}` },
      body: JSON.stringify([{ type: 'create', session_id: 'refund' }, { type: 'terminate', session_id: 'refund' }]),
    });
    assert.equal(ended.status, 200);
  });
  after(async () => {
    await browser?.close();
    await hub?.stop();
  });

  const open = (path = '/', prepare) => browser.watch(hub.url + path, prepare);
  const asksForAKey = (page, within = 30_000) => page.getByTestId('sign-in').waitFor({ timeout: within });
  const enter = async (page, what, { remember = false } = {}) => {
    await page.getByLabel('Key', { exact: true }).fill(what);
    await page.getByLabel('Remember on this machine').setChecked(remember);
    await page.getByRole('button', { name: 'Sign in' }).click();
  };
  const isIn = async (page) => {
    await page.getByRole('navigation', { name: 'Pages' }).waitFor({ timeout: 30_000 });
    await eventually('it is live', async () => (await page.getByTestId('connection').getAttribute('data-phase')) === 'live', { within: 30_000 });
  };
  const signOut = async (page) => {
    await page.goto(`${hub.url}/settings`);
    await page.getByTestId('sign-out').click();
    await asksForAKey(page);
  };
  const kept = (page) => page.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }]));
  const says = (page, text) => page.getByRole('alert').filter({ hasText: text }).waitFor();

  it('asks for it calmly: what it is, how one is made, and nothing of what it guards', async () => {
    const { page, complaints } = await open('/');
    await asksForAKey(page);
    await page.getByRole('heading', { name: 'What is a key?' }).waitFor();
    await page.getByText('rollcall key create').waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.name), 'key');
    assert.equal(await page.getByRole('alert').count(), 0);
    assert.equal(await page.getByRole('navigation').count(), 0);
    assert.equal(await page.title(), 'Sign in · Rollcall');
    for (const colorScheme of ['light', 'dark']) {
      for (const width of [1_440, 390]) {
        await page.setViewportSize({ width, height: 844 });
        await page.emulateMedia({ colorScheme });
        await isFaultless(page, `${colorScheme}, ${width} wide`);
      }
    }
    await page.setViewportSize({ width: 1_440, height: 900 });
    await takePictures(page, 'sign-in', () => sleep(100));
    const second = await open('/');
    await asksForAKey(second.page);
    assert.deepEqual([...complaints, ...second.complaints], []);
    await second.page.close();
    await page.close();
  });

  it('says which rule is broken by what is no key, and what the hub says of one that it does not take', async () => {
    const { page } = await open('/');
    await asksForAKey(page);
    const asked = [];
    page.on('request', (request) => { if (request.url().endsWith('/tokens')) asked.push(request.url()); });
    for (const [what, answer] of [['', 'Enter a key. A key looks like rlc_'], ['hunter2', 'This is not a key. A key looks like rlc_'], ['rlt_abc', 'This is a short-lived token']]) {
      await enter(page, what);
      await says(page, answer);
      assert.equal(await page.getByLabel('Key', { exact: true }).getAttribute('aria-invalid'), 'true');
    }
    assert.deepEqual(asked, [], 'nobody is asked for that');
    const expired = await makeKey('--scope', 'watch', '--expires', '1s');
    await sleep(1_100);
    for (const refused of ['rlc_0123456789ab_nobodyknowsthisone', `${key}x`, expired]) {
      await enter(page, refused);
      await says(page, 'The hub does not take this key: the key or token is unknown, expired or revoked');
      await isFaultless(page, 'the sign-in page');
    }
    assert.doesNotMatch(await kept(page), /rlc_/);
    await page.close();
  });

  it('goes on where one was, with tokens only: the key is in no other request, and not on the socket', async () => {
    const credentials = [];
    const { page, complaints } = await open('/fleet?by=agent', async (tab) => {
      tab.on('request', (request) => credentials.push([new URL(request.url()).pathname, request.headers().authorization]));
      const network = await tab.context().newCDPSession(tab);
      await network.send('Network.enable');
      network.on('Network.webSocketWillSendHandshakeRequest', ({ request }) => credentials.push(['socket', JSON.stringify(request.headers)]));
    });
    await asksForAKey(page);
    await enter(page, key);
    await isIn(page);
    await page.locator('[data-share="claude-code"]').waitFor();
    assert.match(page.url(), /\/fleet\?by=agent$/);
    await eventually('a token was presented over HTTP, and on the socket', () => (
      credentials.some(([path, credential]) => path === '/api/v1/events' && credential?.startsWith('Bearer rlt_'))
      && credentials.some(([path, credential]) => path === 'socket' && credential.includes('base64url.bearer.phx.'))));
    const withKey = credentials.filter(([, credential]) => credential?.includes(key) || credential?.includes(Buffer.from(key).toString('base64url')));
    assert.deepEqual([...new Set(withKey.map(([path]) => path))], ['/api/v1/tokens']);
    assert.deepEqual(complaints, []);
    await page.close();
  });

  it('shows what has ended, too, and offers no address that a browser would open without the key', async () => {
    const { page, complaints } = await open('/');
    await asksForAKey(page);
    await enter(page, key);
    await isIn(page);
    await page.getByRole('tab', { name: 'Ended' }).click();
    await page.locator('[data-testid=session][data-session-id=refund]').waitFor();
    await page.goto(`${hub.url}/sessions/checkout?tab=events`);
    await page.getByTestId('raw-event').first().getByRole('button', { expanded: false }).click();
    await page.getByTestId('raw-event').first().getByRole('button', { name: 'Copy' }).waitFor();
    assert.equal(await page.getByRole('link', { name: /Over HTTP/ }).count(), 0);
    assert.deepEqual(complaints, []);
    await signOut(page);
    await page.close();
  });

  it('says that the hub is asked, and why it has not answered, until it does', async () => {
    const { page } = await open('/');
    await asksForAKey(page);
    await enter(page, key);
    await isIn(page);
    const tokens = '**/api/v1/tokens';
    let answer;
    await page.route(tokens, (route) => answer?.(route));
    await page.reload();
    const asking = page.getByTestId('asking-the-hub');
    await asking.getByText('It has not answered yet.').waitFor();
    await isFaultless(page, 'the page that waits');
    answer = (route) => route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify({ status: 503, code: 'unavailable', detail: 'the hub is starting' }) });
    await page.reload();
    await asking.getByText('The last try failed: the hub is starting. It is asked again.').waitFor();
    await page.unroute(tokens);
    await isIn(page);
    await signOut(page);
    await page.close();
  });

  it('is kept by the tab over a reload, and by no other, and no longer once one has signed out', async () => {
    const { page } = await open('/');
    await asksForAKey(page);
    await enter(page, key);
    await isIn(page);
    await page.locator('[data-session-id=checkout]').waitFor();
    await page.reload();
    await isIn(page);
    const other = await open('/');
    await asksForAKey(other.page);
    await other.page.close();
    await signOut(page);
    assert.doesNotMatch(await kept(page), /rlc_/);
    await page.close();
  });

  it('is remembered for all tabs where one asks for that, and one that signs out does so for all', async () => {
    const { page } = await open('/');
    await asksForAKey(page);
    await enter(page, key, { remember: true });
    await isIn(page);
    const other = await open('/settings');
    await isIn(other.page);
    await other.page.getByText('This browser remembers the key.').waitFor();
    await other.page.getByTestId('sign-out').click();
    await asksForAKey(other.page);
    await asksForAKey(page);
    assert.doesNotMatch(await kept(page), /rlc_/);
    await other.page.close();
    await page.close();
  });

  it('lets a key do what it may, and make tokens that do no more', async () => {
    const { page } = await open('/settings');
    await asksForAKey(page);
    await enter(page, key);
    await isIn(page);
    await page.getByText('that needs the scope operate').waitFor();
    assert.ok(await page.getByRole('checkbox', { name: 'operate' }).isDisabled());
    await page.getByRole('button', { name: 'Make a token' }).click();
    await page.getByTestId('token').waitFor();
    await signOut(page);
    await page.close();
  });

  it('is still good after the hub was started again, though no token is', async () => {
    const { page } = await open('/');
    await asksForAKey(page);
    await enter(page, key);
    await isIn(page);
    await hub.kill();
    await eventually('it has noticed', async () => (await page.getByTestId('connection').getAttribute('data-phase')) !== 'live');
    await hub.restart();
    await isIn(page);
    assert.equal(await page.getByTestId('sign-in').count(), 0);
    await signOut(page);
    await page.close();
  });

  it('shows nothing any more once the key was revoked, and says so', async () => {
    const short = await makeKey('--scope', 'watch');
    const { page } = await open('/');
    await asksForAKey(page);
    await enter(page, short);
    await isIn(page);
    await page.locator('[data-session-id=checkout]').waitFor();
    await hub.rollcall('key', 'revoke', short.split('_')[1]);
    await asksForAKey(page);
    await says(page, 'You were signed out: the key or token is unknown, expired or revoked');
    assert.equal(await page.locator('[data-session-id]').count(), 0);
    await enter(page, key);
    await isIn(page);
    await page.close();
  });
});

describe('a hub that needs none', () => {
  it('never asks', async () => {
    const hub = await startHub();
    const browser = await openBrowser();
    try {
      const watcher = await browser.watch(`${hub.url}/settings`);
      await watcher.isPhase('live');
      assert.equal(await watcher.page.getByTestId('sign-out').count(), 0);
      await hub.kill();
      await eventually('it has noticed', async () => (await watcher.phase()) !== 'live');
      assert.equal(await watcher.page.getByTestId('sign-in').count(), 0);
    } finally {
      await browser.close();
      await hub.stop();
    }
  });
});
