import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { agents, play, playScene } from '../../samples/replay-morning.mjs';
import { hook } from '../../samples/morning/steps.mjs';
import { eventually } from './eventually.mjs';
import { startHub } from './hub.mjs';
import { openBrowser } from './watcher.mjs';

const { shop, billing, docs } = agents;

describe('a page whose connection is lost', () => {
  let hub, browser;
  const scene = (name) => play(name, { url: hub.url, speed: Infinity });
  const prompt = (agent) => playScene(
    { steps: [hook(0, { ...agent, promptId: randomUUID() }, 'UserPromptSubmit', { prompt: 'Try again.' })] },
    { url: hub.url, speed: Infinity },
  );

  before(async () => { browser = await openBrowser(); });
  beforeEach(async () => {
    await hub?.stop();
    hub = await startHub();
    await scene('shop-starts');
    await scene('docs-starts');
  });
  after(async () => {
    await browser?.close();
    await hub?.stop();
  });

  it('is live again after the hub was killed and restarted, with the right state and no reload', async () => {
    const watcher = await browser.watch(hub.url);
    await watcher.sees(shop.id, 'Working');
    await hub.kill();
    await watcher.isPhase('reconnecting');
    assert.match(await watcher.page.getByTestId('connection').textContent(), /^Reconnecting \(\d+\)$/);
    await hub.restart();
    await scene('docs-fails');
    await watcher.isPhase('live', 15_000);
    await watcher.sees(docs.id, 'Error');
    await watcher.sees(shop.id, 'Working');
    await scene('shop-finishes');
    await watcher.sees(shop.id, null);
    assert.equal(watcher.loads, 1);
    assert.deepEqual(watcher.complaints, []);
    await watcher.page.close();
  });

  it('forgets an error as soon as the agent goes on, tooltip and text', async () => {
    const watcher = await browser.watch(hub.url);
    await scene('docs-fails');
    await watcher.sees(docs.id, 'Error');
    await prompt(docs);
    await watcher.sees(docs.id, 'Working');
    assert.equal(await watcher.badge(docs.id).getAttribute('title'), null);
    assert.equal(await watcher.row(docs.id).getByTestId('error-message').count(), 0);
    await watcher.page.close();
  });

  it('polls every ten seconds only while its socket is down, and misses nothing', async () => {
    const gate = new SocketGate();
    const watcher = await browser.watch(hub.url, (page) => gate.install(page));
    await watcher.isPhase('live');
    assert.deepEqual(watcher.listRequests, []);

    gate.shut();
    await watcher.isPhase('reconnecting');
    await scene('billing-starts');
    await scene('billing-asks');
    await watcher.sees(billing.id, 'Waiting', 14_000);
    await eventually('a second poll', () => watcher.listRequests.length === 2, { within: 13_000 });

    await scene('docs-fails');
    gate.open();
    await watcher.isPhase('live');
    await watcher.sees(docs.id, 'Error');
    const polled = watcher.listRequests.length;
    await sleep(11_000);
    assert.equal(watcher.listRequests.length, polled);
    assert.deepEqual(watcher.complaints, []);
    await watcher.page.close();
  });
});

/** Stands between the page and the hub's socket; HTTP passes by. */
class SocketGate {
  #shut = false;
  #sockets = new Set();

  install = (page) => page.routeWebSocket(/\/socket\/websocket/, (socket) => {
    if (this.#shut) return void socket.close({ code: 1012 });
    const server = socket.connectToServer();
    this.#sockets.add([socket, server]);
  });

  shut() {
    this.#shut = true;
    for (const [socket, server] of this.#sockets) {
      void socket.close({ code: 1012 });
      void server.close();
    }
    this.#sockets.clear();
  }

  open() {
    this.#shut = false;
  }
}
