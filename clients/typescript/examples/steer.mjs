import { Hub, HubError } from '@rollcall/client';
import WebSocket from 'ws';

const hub = new Hub({ url: process.env.ROLLCALL_URL ?? 'http://127.0.0.1:7655', transport: WebSocket });

const { id } = await hub.api.createSession({ project: 'shop', status: 'active' });
await hub.api.updateSession(id, { name: 'Checkout' });
await hub.api.pause(id);

const { sessions, total } = await hub.api.sessions({ project: 'shop', search: 'check', limit: 10 });
console.log(`${total} found, the first is ${sessions[0].name}, paused: ${sessions[0].is_paused}`);

try {
  await hub.api.sendMessage(id, { text: 'Go on' });
} catch (refused) {
  if (!(refused instanceof HubError)) throw refused;
  console.log(`${refused.code}: ${refused.message}`);
}
