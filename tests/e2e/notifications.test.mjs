import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { create, send, status } from './crowd.mjs';
import { becomes, eventually, isQuick } from './eventually.mjs';
import { startHub } from './hub.mjs';
import { openBrowser } from './watcher.mjs';

/** Longer than a notification without delay needs: what has not come by then does not come. */
const NOTHING_COMES_MS = 1_200;

/** Real notifications and tones, noted down as the page makes them. */
function note() {
  const noted = { shown: [], tones: 0, asked: 0 };
  const Real = window.Notification;
  window.Notification = class extends Real {
    constructor(title, options) {
      super(title, options);
      noted.shown.push({ title, body: options.body, at: Date.now(), closed: false, click: () => this.dispatchEvent(new Event('click')) });
      this.entry = noted.shown.at(-1);
    }

    close() {
      this.entry.closed = true;
      super.close();
    }

    static requestPermission() {
      noted.asked += 1;
      return super.requestPermission();
    }
  };
  const tone = AudioContext.prototype.createOscillator;
  AudioContext.prototype.createOscillator = function createOscillator() {
    noted.tones += 1;
    return tone.call(this);
  };
  window.noted = noted;
}

describe('a person who is elsewhere', () => {
  let hub, browser, watcher, page, ids = 0;
  before(async () => {
    hub = await startHub();
    browser = await openBrowser();
    watcher = await open('/');
    page = watcher.page;
    await page.context().grantPermissions(['notifications'], { origin: hub.url });
  });
  after(async () => {
    await browser?.close();
    await hub?.stop();
  });

  const open = async (address) => {
    const opened = await browser.watch(hub.url + address, (tab) => tab.addInitScript(note));
    await opened.isPhase('live');
    return opened;
  };
  const shown = (tab = page) => tab.evaluate(() => window.noted.shown.map(({ title, body, at, closed }) => ({ title, body, at, closed })));
  const count = async (tab = page) => (await shown(tab)).length;
  /** Whether a tab holds one of the locks by which tabs know of each other. */
  const holds = (tab, name) => tab.evaluate((wanted) => navigator.locks.request('a-test-asks', async () => {
    const { held } = await navigator.locks.query();
    const mine = held.find((lock) => lock.name === 'a-test-asks').clientId;
    return held.some((lock) => lock.name === wanted && lock.clientId === mine);
  }), name);
  const tells = (tab) => eventually('this tab is the one that tells', () => holds(tab, 'rollcall.notifies'));
  const looksAt = (tab, what) => eventually(`this tab says that it shows ${what}`, () => holds(tab, `rollcall.looks:${what}`));
  const choose = async (choice) => {
    await page.evaluate((by) => localStorage.setItem('rollcall.notifications', JSON.stringify({ desktop: true, delaySeconds: 0, ...by })), choice);
    await page.goto(hub.url);
    await watcher.isPhase('live');
    await tells(page);
  };
  const begin = async () => {
    const id = `s${(ids += 1)}`;
    await send(hub, [create(id, { name: `Session ${ids}`, project: 'shop' })]);
    await watcher.sees(id, 'Working');
    return id;
  };
  const asks = (id) => status(id, 'waiting', { waiting_for: 'permission', waiting_text: 'Bash: make deploy' });
  const wait = (id) => send(hub, [asks(id)]);
  const goOn = (id) => send(hub, [status(id, 'active')]);
  const isTold = (wanted, tab = page) => eventually(`${wanted} notifications were shown`, async () => (await count(tab)) === wanted, { seen: () => shown(tab) });

  it('hears of nothing, and is asked nothing, before a click', async () => {
    const id = await begin();
    await wait(id);
    await watcher.sees(id, 'Waiting');
    await sleep(NOTHING_COMES_MS);
    assert.deepEqual(await page.evaluate(() => [window.noted.shown.length, window.noted.tones, window.noted.asked]), [0, 0, 0]);
    await goOn(id);
  });

  it('switches it on where the queue is, and it is remembered', async () => {
    await page.goto(`${hub.url}/needs-you`);
    await page.getByTestId('notifications').click();
    await page.getByLabel('Desktop notifications').check();
    await page.getByLabel('After').fill('0');
    await page.keyboard.press('Escape');
    await page.getByTestId('notifications').getByText('Notifications on').waitFor();
    await page.reload();
    await page.getByTestId('notifications').getByText('Notifications on').waitFor();
    await choose({});
  });

  it('is told in under a second, of what is asked, and no more once it is answered', async () => {
    const id = await begin();
    const waitsFor = async () => (await shown()).filter(({ closed }) => !closed).length;
    await isQuick('notified', async () => {
      await goOn(id);
      await watcher.sees(id, 'Working');
      const before = await count();
      const asked = Date.now();
      await wait(id);
      await isTold(before + 1);
      return (await shown()).at(-1).at - asked;
    });
    const told = (await shown()).at(-1);
    assert.equal(told.title, `Session ${ids}: asks for permission`);
    assert.equal(told.body, 'Bash: make deploy');
    await goOn(id);
    await becomes('it is closed', waitsFor, 0);
    await wait(id);
    await becomes('it is told anew', waitsFor, 1);
    await goOn(id);
  });

  it('is told of a failure, and brought to the session by a click', async () => {
    await choose({});
    const id = await begin();
    await send(hub, [status(id, 'error', { error_message: 'rate_limit' })]);
    await isTold(1);
    assert.deepEqual((await shown()).map(({ title, body }) => [title, body]), [[`Session ${ids}: failed`, 'rate_limit']]);
    await page.evaluate(() => window.noted.shown[0].click());
    await page.waitForURL(`**/sessions/${id}`);
    await goOn(id);
  });

  it('is told by one tab of several, and by another when that one is closed', async () => {
    await choose({});
    const second = await open('/');
    const third = await open('/');
    const id = await begin();
    await wait(id);
    await isTold(1);
    for (const tab of [second, third]) await tab.sees(id, 'Waiting');
    await sleep(NOTHING_COMES_MS);
    assert.equal((await count()) + (await count(second.page)) + (await count(third.page)), 1);
    await goOn(id);
    for (const tab of [second, third]) await tab.sees(id, 'Working');
    await page.goto('about:blank');
    const next = second.page;
    await tells(next);
    await wait(id);
    await isTold(1, next);
    await third.sees(id, 'Waiting');
    assert.equal(await count(third.page), 0);
    await goOn(id);
    await second.page.close();
    await third.page.close();
    await page.goto(hub.url);
  });

  it('is not told of what is looked at, in whichever tab', async () => {
    await choose({});
    const id = await begin();
    const other = await begin();
    const looking = await open(`/sessions/${id}`);
    await looksAt(looking.page, id);
    await wait(id);
    await watcher.sees(id, 'Waiting');
    await sleep(NOTHING_COMES_MS);
    assert.equal((await count()) + (await count(looking.page)), 0);
    await wait(other);
    await isTold(1);
    await Promise.all([goOn(id), goOn(other)]);
    await looking.page.goto(`${hub.url}/needs-you`);
    await looking.page.getByTestId('relief').waitFor();
    await looksAt(looking.page, '*');
    await wait(other);
    await watcher.sees(other, 'Waiting');
    await sleep(NOTHING_COMES_MS);
    assert.equal((await count()) + (await count(looking.page)), 1, 'the queue shows it');
    await looking.page.close();
    await goOn(other);
  });

  it('is not told of who is answered within the delay, nor of who waited before the page was opened', async () => {
    // Longer than a busy machine needs to show that somebody waits.
    await choose({ delaySeconds: 10 });
    const [id, slow] = [await begin(), await begin()];
    await wait(id);
    await watcher.sees(id, 'Waiting');
    await goOn(id);
    await wait(slow);
    await isTold(1);
    assert.match((await shown())[0].title, new RegExp(`^Session ${ids}:`));
    await choose({});
    await watcher.sees(slow, 'Waiting');
    await sleep(NOTHING_COMES_MS);
    assert.equal(await count(), 0);
    await goOn(slow);
  });

  it('is not told again after the hub was away, but of what began meanwhile', async () => {
    await choose({});
    const [before, meanwhile] = [await begin(), await begin()];
    await wait(before);
    await isTold(1);
    await browser.workers.setOffline(true);
    await hub.kill();
    await hub.restart();
    await wait(meanwhile);
    assert.notEqual(await watcher.phase(), 'live');
    await browser.workers.setOffline(false);
    await watcher.isPhase('live');
    await isTold(2);
    await sleep(NOTHING_COMES_MS);
    const told = await shown();
    assert.deepEqual(told.map(({ title, closed }) => [title, closed]), [
      [`Session ${ids - 1}: asks for permission`, false], [`Session ${ids}: asks for permission`, false],
    ]);
    await Promise.all([goOn(before), goOn(meanwhile)]);
  });

  it('is left in peace when muted, and in quiet hours', async () => {
    const id = await begin();
    const hour = (by) => `${String((new Date().getHours() + by + 24) % 24).padStart(2, '0')}:00`;
    for (const peace of [{ muted: true }, { quiet: true, quietFrom: hour(-1), quietTo: hour(2) }]) {
      await choose(peace);
      await wait(id);
      await watcher.sees(id, 'Waiting');
      await sleep(NOTHING_COMES_MS);
      assert.equal(await count(), 0, JSON.stringify(peace));
      await goOn(id);
    }
    await choose({ quiet: true, quietFrom: hour(2), quietTo: hour(4) });
    await wait(id);
    await isTold(1);
    await goOn(id);
  });

  it('hears a sound where that was chosen, once for several', async () => {
    await choose({ desktop: false, sound: true });
    await page.getByTestId('history').click();
    await page.keyboard.press('Escape');
    const both = [await begin(), await begin()];
    await send(hub, both.map(asks));
    await eventually('it sounded', async () => (await page.evaluate(() => window.noted.tones)) > 0);
    await sleep(NOTHING_COMES_MS);
    assert.equal(await page.evaluate(() => window.noted.tones), 2, 'one chime is two tones');
    assert.equal(await count(), 0);
    await Promise.all(both.map(goOn));
  });

  it('is asked by the browser only for a click, and told why one that forbids notifications shows none', async () => {
    await page.context().clearPermissions();
    await page.goto(`${hub.url}/needs-you`);
    await page.getByTestId('notifications').click();
    const desktop = page.getByLabel('Desktop notifications');
    await desktop.waitFor();
    assert.deepEqual(await page.evaluate(() => [Notification.permission, window.noted.asked]), ['default', 0]);
    await desktop.click();
    await eventually('the browser asks', async () => (await page.evaluate(() => window.noted.asked)) === 1);
    assert.equal(await desktop.isChecked(), false, 'nobody has allowed it');
    const browserItself = await page.context().newCDPSession(page);
    await browserItself.send('Browser.setPermission', { origin: hub.url, permission: { name: 'notifications' }, setting: 'denied' });
    await page.reload();
    await page.getByTestId('notifications').click();
    await page.getByText('This browser blocks them for this page.').waitFor();
    assert.equal(await desktop.isChecked(), false);
    assert.deepEqual(watcher.complaints, []);
  });
});
