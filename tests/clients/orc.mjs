// A client like orc's, written from its frames: one subscription at a time, a ping every 30 s, 5 tries to come back.
import WebSocket from 'ws';
import { eventually } from '../phoenix/eventually.mjs';

const FIRST_RETRY = 1_000;
const MAX_TRIES = 5;
const PING_EVERY = 30_000;

const opened = [];

/** Ends every client, so that none comes back. */
export const endAll = () => opened.forEach((client) => client.end());

export function orc(hub, { address = '/api/ws', headers } = {}) {
  const frames = [];
  const statuses = [];
  const warnings = [];
  let socket;
  let tries = 0;
  let primary = null;
  let taskId = null;
  let pings;
  let retry;
  let gone = false;
  let gaveUp = false;
  const status = (name) => statuses.push(name);
  const send = (message) => socket.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message));

  const connect = () => {
    status(tries === 0 ? 'connecting' : 'reconnecting');
    const opening = new WebSocket(hub.url.replace('http', 'ws') + address, { headers });
    socket = opening;
    opening.on('open', () => {
      tries = 0;
      status('connected');
      pings = setInterval(() => send({ type: 'ping' }), PING_EVERY);
      const restored = primary ?? taskId;
      if (restored) send({ type: 'subscribe', task_id: restored });
    });
    opening.on('message', (text) => {
      const frame = JSON.parse(text);
      frames.push(frame);
      if (!['event', 'subscribed', 'command_result', 'error'].includes(frame.type)) warnings.push(frame);
    });
    opening.on('error', () => {});
    opening.on('close', () => {
      clearInterval(pings);
      status('disconnected');
      // Also after a disconnect() that was meant: it has no flag for that.
      gaveUp = !gone && tries >= MAX_TRIES;
      if (gone || gaveUp) return;
      tries += 1;
      retry = setTimeout(connect, FIRST_RETRY * 2 ** (tries - 1));
    });
  };

  const self = {
    frames, statuses, warnings, connect, send,
    setPrimarySubscription: (id) => { primary = id; },
    subscribe: (id) => { taskId = id; send({ type: 'subscribe', task_id: id }); },
    unsubscribe: () => { send({ type: 'unsubscribe', task_id: taskId }); taskId = null; },
    command: (id, action) => send({ type: 'command', task_id: id, action }),
    disconnect: () => socket.close(),
    socket: () => socket,
    isOpen: () => socket.readyState === WebSocket.OPEN,
    /** What was told of tasks, without the figures of the whole. */
    tasks: () => frames.filter((frame) => frame.type === 'event' && frame.event !== 'session_update'),
    aggregates: () => frames.filter((frame) => frame.event === 'session_update'),
    count: (type) => frames.filter((frame) => frame.type === type).length,
    async get(check, sentence = 'the frame arrives') {
      await eventually(sentence, () => frames.some(check), { every: 4, seen: () => frames.slice(-20) });
      return frames.find(check);
    },
    /** The answer to a message: the first frame behind those there were that is no event. */
    async ask(message) {
      const before = frames.length;
      send(message);
      await eventually('it is answered', () => frames.slice(before).some((frame) => frame.type !== 'event'), { every: 4 });
      return frames.slice(before).find((frame) => frame.type !== 'event');
    },
    /** Waits for it to be back. A hub on a busy machine may take longer than it tries: then a person reloads the page. */
    comesBack: (sentence, check) => eventually(sentence, () => {
      if (gaveUp) {
        gaveUp = false;
        tries = 0;
        connect();
      }
      return check();
    }, { within: 60_000, seen: () => frames.slice(-20) }),
    /** Everything sent before has been handled. */
    settled: () => self.ask({ type: 'ping' }),
    end: () => { gone = true; clearTimeout(retry); socket?.terminate(); },
  };
  opened.push(self);
  return self;
}

/** Opens one and waits until it is subscribed. */
export async function subscribed(hub, id, options) {
  const client = orc(hub, options);
  client.setPrimarySubscription(id);
  client.connect();
  await client.get((frame) => frame.type === 'subscribed');
  return client;
}
