import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { token } from './api.mjs';
import { startHub } from './hub.mjs';
import { raw, refusal } from './raw.mjs';

describe('The upgrade', () => {
  let hub;
  before(async () => { hub = await startHub(); });
  after(() => hub.remove());

  it('is refused with 403 when vsn is missing, unknown or not a version', async () => {
    for (const query of ['', '?vsn=1.0.0', '?vsn=3.0.0', '?vsn=2.1.0', '?vsn=2', '?vsn=two', '?vsn=']) {
      assert.equal(await refusal(hub, { query }), 403, query);
    }
  });

  it('is refused with 400 for every method but GET', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'HEAD']) {
      const response = await fetch(`${hub.url}/socket/websocket?vsn=2.0.0`, { method });
      assert.equal(response.status, 400, method);
    }
  });

  it('is refused with 400 when it is no WebSocket handshake', async () => {
    assert.equal((await fetch(`${hub.url}/socket/websocket?vsn=2.0.0`)).status, 400);
  });

  it('is refused with 403 for a foreign origin', async () => {
    assert.equal(await refusal(hub, { headers: { origin: 'https://elsewhere.example' } }), 403);
  });

  it('is granted to the own origin, and without one', async () => {
    for (const headers of [{ origin: hub.url }, {}]) (await raw(hub, { headers })).close();
  });

  it('keeps the parameters that the client puts before vsn out of its way', async () => {
    (await raw(hub, { query: '?page=list&vsn=2.0.0' })).close();
  });

  it('takes a token from the subprotocol in either alphabet, and answers phoenix', async () => {
    const given = Buffer.from(await token(hub)).toString('base64').replaceAll('=', '');
    for (const text of [given.replaceAll('/', '_'), given.replaceAll('+', '-').replaceAll('/', '_')]) {
      const socket = await raw(hub, { protocols: ['phoenix', `base64url.bearer.phx.${text}`] });
      assert.equal(socket.socket.protocol, 'phoenix');
      socket.close();
    }
  });

  it('is refused with 401 for a token that is not one', async () => {
    for (const text of ['bm9uc2Vuc2U', '', '%%%']) {
      assert.equal(await refusal(hub, { protocols: ['phoenix', `base64url.bearer.phx.${text}`] }), 401, text);
    }
  });
});
