import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startHub } from './hub.mjs';
import { openBrowser } from './watcher.mjs';

describe('a page under TLS', () => {
  let hub, browser;

  before(async () => {
    hub = await startHub({ tls: true });
    browser = await openBrowser({ trusting: true });
  });
  after(async () => {
    await browser?.close();
    await hub?.stop();
  });

  it('opens its socket on the HTTP/2 connection that it has, and is told what happens', async () => {
    const page = await browser.tab();
    const network = await page.context().newCDPSession(page);
    const statuses = [];
    network.on('Network.webSocketHandshakeResponseReceived', ({ response }) => statuses.push(response.status));
    await network.send('Network.enable');
    await page.goto(`${hub.tlsUrl}/healthz`);
    assert.equal(await page.evaluate(() => performance.getEntriesByType('navigation')[0].nextHopProtocol), 'h2');

    const heard = await page.evaluate(() => new Promise((resolve, reject) => {
      const socket = new WebSocket(`wss://${location.host}/socket/websocket?vsn=2.0.0`);
      const told = [];
      socket.onopen = () => socket.send('["1","1","sessions","phx_join",{}]');
      socket.onmessage = ({ data }) => {
        told.push(JSON.parse(data)[3]);
        if (told.length === 1) {
          void fetch('/api/v1/sessions', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"id":"told"}' });
        } else if (told.includes('session_created')) {
          socket.close(1000);
        }
      };
      socket.onclose = ({ code, wasClean }) => (told.length ? resolve({ told, code, wasClean }) : reject(new Error(`closed with ${code}`)));
    }));

    assert.equal(heard.told[0], 'phx_reply');
    assert.deepEqual({ code: heard.code, wasClean: heard.wasClean }, { code: 1000, wasClean: true });
    assert.deepEqual(statuses, [200]);
    await page.close();
  });
});
