import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { create, send, status } from './crowd.mjs';
import { eventually } from './eventually.mjs';
import { startHub } from './hub.mjs';
import { openBrowser } from './watcher.mjs';

/** What the hub itself says of its sockets. */
async function sockets(hub) {
  const text = await (await fetch(`${hub.url}/metrics`)).text();
  return Number(/^rollcall_connections (\d+)$/m.exec(text)[1]);
}
const hasSockets = (hub, wanted) => eventually(`the hub has ${wanted} sockets`, async () => (await sockets(hub)) === wanted, { seen: () => sockets(hub) });

describe('the tabs of one browser', () => {
  let hub, browser;
  const tabs = [];
  const open = async (path = '/', prepare = undefined) => {
    const tab = await browser.watch(hub.url + path, prepare);
    await tab.isPhase('live', 20_000);
    return tab;
  };
  const all = async (id, word, those = tabs) => { for (const tab of those) await tab.sees(id, word, 15_000); };

  before(async () => {
    hub = await startHub();
    browser = await openBrowser();
    await send(hub, [create('one', { name: 'One' }), create('two', { name: 'Two' })]);
  });
  after(async () => {
    await browser?.close();
    await hub?.stop();
  });

  it('have one socket between them, be they two or five, and all are live', async () => {
    tabs.push(await open(), await open());
    await hasSockets(hub, 1);
    await all('one', 'Working');
    tabs.push(await open(), await open('/?sort=name'), await open('/?status=active'));
    await send(hub, [status('one', 'waiting', { waiting_for: 'permission' })]);
    await all('one', 'Waiting', tabs.slice(0, 4));
    await eventually('the tab that filters has it no more', async () => (await tabs[4].row('one').count()) === 0);
    assert.equal(await sockets(hub), 1);
    assert.equal(await browser.workers.count(), 1);
  });

  it('that come while events pour see the same in the end as those that were there', async () => {
    let going = true;
    const pouring = (async () => {
      for (let n = 0; going; n++) {
        await send(hub, [status('one', n % 2 ? 'idle' : 'active'), status('two', n % 2 ? 'active' : 'idle')]);
        await sleep(10);
      }
    })();
    tabs.push(await open());
    going = false;
    await pouring;
    await send(hub, [status('two', 'error', { error_message: 'no disk' })]);
    await all('two', 'Error', tabs.filter((_, at) => at !== 4));
    const rows = await tabs[0].rows();
    for (const tab of [tabs[1], tabs[2], tabs[5]]) assert.deepEqual(await tab.rows(), rows);
    assert.equal(await sockets(hub), 1);
  });

  it('do not disturb each other when one closes, and what it alone watched is left', async () => {
    const one = await open('/sessions/one');
    const heard = () => browser.workers.sent.filter((frame) => frame[2] === 'session:one').map((frame) => frame[3]);
    await eventually('its topic is joined', () => heard().join() === 'phx_join', { seen: heard });
    await one.page.close();
    await tabs.pop().page.close();
    await send(hub, [status('two', 'active')]);
    await all('two', 'Working');
    await eventually('its topic is left', () => heard().join() === 'phx_join,phx_leave', { seen: heard });
    assert.equal(await sockets(hub), 1);
    const left = browser.workers.sent.filter((frame) => frame[3] === 'phx_leave').map((frame) => frame[2]);
    assert.ok(!left.includes('sessions') && !left.includes('alerts'), left.join());
  });

  it('are all right again after the hub was killed and restarted, with no reload', async () => {
    await hub.kill();
    for (const tab of tabs) await tab.isPhase('reconnecting');
    await hub.restart();
    await send(hub, [status('one', 'error', { error_message: 'no memory' })]);
    for (const tab of tabs) await tab.isPhase('live', 20_000);
    await all('one', 'Error', tabs.slice(0, 4));
    await send(hub, [status('one', 'active')]);
    await all('one', 'Working');
    await hasSockets(hub, 1);
    for (const tab of tabs) {
      assert.equal(tab.loads, 1);
      assert.deepEqual(tab.complaints, []);
    }
  });

  it('are live again after a reload', async () => {
    await tabs[0].page.reload();
    await tabs[0].isPhase('live', 20_000);
    await send(hub, [status('two', 'idle')]);
    await all('two', null, tabs.slice(0, 4));
    await hasSockets(hub, 1);
  });

  it('go on, each with a socket of its own, when the worker is killed', async () => {
    await browser.workers.kill();
    await hasSockets(hub, tabs.length);
    for (const tab of tabs) await tab.isPhase('live', 20_000);
    await send(hub, [status('two', 'waiting', { waiting_for: 'plan' })]);
    await all('two', 'Waiting', tabs.slice(0, 4));
    for (const tab of tabs) assert.deepEqual(tab.complaints, []);
  });

  it('close their sockets with themselves', async () => {
    for (const tab of tabs.splice(0)) await tab.page.close();
    await hasSockets(hub, 0);
  });

  it('of which there is only one: its worker ends with it, and the next is there at once', async () => {
    const own = [];
    const alone = await open('/', (page) => page.on('websocket', (socket) => own.push(socket.url())));
    for (let reload = 0; reload < 3; reload++) {
      await alone.page.reload();
      await alone.isPhase('live');
      await hasSockets(hub, 1);
    }
    assert.deepEqual(own, [], 'no page had to do without its worker');
    assert.equal(await browser.workers.count(), 1);
    await alone.page.close();
    await hasSockets(hub, 0);
  });

  it('have sockets of their own where there is no SharedWorker, silently', async () => {
    const without = (page) => page.addInitScript(() => { delete window.SharedWorker; });
    tabs.push(await open('/', without), await open('/', without));
    await hasSockets(hub, 2);
    await send(hub, [status('two', 'active')]);
    await all('two', 'Working');
    await hub.kill();
    for (const tab of tabs) await tab.isPhase('reconnecting');
    await hub.restart();
    for (const tab of tabs) await tab.isPhase('live', 20_000);
    await send(hub, [status('two', 'idle')]);
    await all('two', null);
    for (const tab of tabs) assert.deepEqual(tab.complaints, []);
    assert.equal(await browser.workers.count(), 0);
  });
});
