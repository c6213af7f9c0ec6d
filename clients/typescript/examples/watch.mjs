import { Hub } from '@rollcall/client';
import WebSocket from 'ws';

const hub = new Hub({ url: process.env.ROLLCALL_URL ?? 'http://127.0.0.1:7655', transport: WebSocket });
hub.connect();

const sessions = hub.watch('sessions');
const fleet = await sessions.ready();
console.log(`${fleet.sessions.length} sessions are live`);

sessions.onEvent(({ event, payload }) => {
  if (event === 'session_status') console.log(`${payload.session_id} is ${payload.status}`);
  if (event === 'session_terminated') hub.close();
});
