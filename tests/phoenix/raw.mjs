// A bare WebSocket that keeps every frame it gets; uncompressed unless it is told otherwise, so that sizes are what they seem.
import WebSocket from 'ws';
import { eventually } from './eventually.mjs';

const address = (hub, query) => `${hub.url.replace('http', 'ws')}/socket/websocket${query}`;

export async function raw(hub, { query = '?vsn=2.0.0', protocols = [], headers, perMessageDeflate = false } = {}) {
  const socket = new WebSocket(address(hub, query), protocols, { headers, perMessageDeflate });
  const frames = [];
  let closed;
  socket.on('message', (data, binary) => frames.push(binary ? data : JSON.parse(data)));
  socket.on('close', (code, reason) => { closed = { code, reason: reason.toString() }; });
  socket.on('error', () => {});
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const self = {
    socket, frames,
    send: (frame) => socket.send(typeof frame === 'string' || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame)),
    /** The first frame for which the check holds, waiting for it. */
    async get(check, sentence = 'the frame arrives') {
      await eventually(sentence, () => frames.some(check), { every: 4, seen: () => frames.slice(-5) });
      return frames.find(check);
    },
    reply: (ref) => self.get((frame) => frame[1] === ref && frame[3] === 'phx_reply', `ref ${ref} is answered`),
    async ask(frame) {
      self.send(frame);
      return self.reply(frame[1]);
    },
    /** A heartbeat's reply: everything sent before it has been handled. */
    async settled(ref = `hb${frames.length}-${Math.random()}`) {
      await self.ask([null, ref, 'phoenix', 'heartbeat', {}]);
    },
    async closed() {
      await eventually('the socket is closed', () => closed !== undefined);
      return closed;
    },
    isClosed: () => closed !== undefined,
    close: () => socket.close(1000),
  };
  return self;
}

/** The HTTP status with which an upgrade is refused. */
export const refusal = (hub, options = {}) => new Promise((resolve, reject) => {
  const socket = new WebSocket(address(hub, options.query ?? '?vsn=2.0.0'), options.protocols ?? [], { headers: options.headers });
  socket.on('unexpected-response', (_, response) => { response.resume(); resolve(response.statusCode); });
  socket.on('open', () => { socket.close(); reject(new Error('it was opened')); });
  socket.on('error', () => {});
});
