// A program that owns a session, over the hub's own protocol.
import WebSocket from 'ws';
import { eventually } from '../phoenix/eventually.mjs';

export async function owner(hub, id) {
  const socket = new WebSocket(`${hub.url.replace('http', 'ws')}/socket/websocket?vsn=2.0.0`);
  const asked = [];
  let owns = false;
  socket.on('open', () => socket.send(JSON.stringify(['1', '1', `session:${id}`, 'phx_join', { role: 'owner' }])));
  socket.on('message', (text) => {
    const [, ref, , event, payload] = JSON.parse(text);
    if (event === 'phx_reply' && ref === '1') owns = payload.status === 'ok';
    else asked.push(event);
  });
  await eventually('it owns the session', async () => {
    // The join's answer comes before the ownership is noted; what is pushed behind it, after.
    if (!owns) return false;
    socket.send(JSON.stringify(['1', 'beat', `session:${id}`, 'heartbeat', {}]));
    return asked.includes('phx_reply');
  });
  return { asked, vanish: () => socket.terminate() };
}
