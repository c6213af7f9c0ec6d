// A client like agentcmd's, written from its frames: one socket with a token in its address, channels, nothing sent before
// it is told that it is connected, a ping every 30 s, 5 tries to come back and none after 1008.
import WebSocket from 'ws';
import { eventually } from '../phoenix/eventually.mjs';

const FIRST_RETRY = 1_000;
const MAX_TRIES = 5;
const MAX_QUEUE = 100;

/** A token of its own server: the hub has never seen it. */
export const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJ1c2VySWQiOiJ1MSJ9.c2lnbmF0dXJl-_';

const opened = [];

/** Ends every client, so that none comes back. */
export const endAll = () => opened.forEach((client) => client.end());

export function agentcmd(hub, { token = JWT, pingEvery = 30_000, pongWithin = 5_000 } = {}) {
  const frames = [];
  const closes = [];
  const shown = new Map();
  const open = new Set();
  let queue = [];
  let socket;
  let ready = false;
  let tries = 0;
  let connections = 0;
  let intended = false;
  let gaveUp = false;
  let retry;
  let pings;
  let pong;
  const say = (message) => {
    if (ready) socket.send(JSON.stringify(message));
    else queue = [...queue, message].slice(-MAX_QUEUE);
  };
  const subscribe = (id) => say({ channel: `session:${id}`, type: 'subscribe', data: { sessionId: id } });
  const beat = () => {
    say({ channel: 'global', type: 'ping', data: { timestamp: Date.now() } });
    pong = setTimeout(() => socket.close(), pongWithin);
  };
  const merge = (id, data) => {
    // As it does: what is null leaves what there is.
    const before = shown.get(id) ?? {};
    shown.set(id, Object.fromEntries(['state', 'error_message', 'metadata', 'name'].map((field) => [field, data[field] ?? before[field]])));
  };

  const connect = () => {
    intended = false;
    socket = new WebSocket(`${hub.url.replace('http', 'ws')}/ws?token=${token}`);
    socket.on('message', (text) => {
      const frame = JSON.parse(text);
      frames.push(frame);
      const { channel, type, data } = frame;
      if (channel === 'global' && type === 'connected') {
        ready = true;
        tries = 0;
        connections += 1;
        pings = setInterval(beat, pingEvery);
        for (const message of queue) socket.send(JSON.stringify(message));
        queue = [];
        for (const id of open) subscribe(id);
      } else if (channel === 'global' && type === 'pong') {
        clearTimeout(pong);
      } else if (type === 'session_updated' && open.has(channel.slice('session:'.length))) {
        merge(data.sessionId, data);
      }
    });
    socket.on('error', () => {});
    socket.on('close', (code, reason) => {
      ready = false;
      clearInterval(pings);
      clearTimeout(pong);
      closes.push([code, reason.toString()]);
      if (code === 1008 || intended) return;
      gaveUp = tries >= MAX_TRIES;
      if (gaveUp) return;
      tries += 1;
      retry = setTimeout(connect, FIRST_RETRY * 2 ** (tries - 1));
    });
  };

  const self = {
    frames, closes, shown, connect, say,
    sendText: (text) => socket.send(text),
    socket: () => socket,
    connections: () => connections,
    /** Opens a session's page: subscribed now, and again with every connection. */
    load: (id) => { open.add(id); if (ready) subscribe(id); },
    send: (id, message, config) => say({ channel: `session:${id}`, type: 'send_message', data: { message, images: [], config } }),
    cancel: (id) => say({ channel: `session:${id}`, type: 'cancel', data: { sessionId: id } }),
    disconnect: () => { intended = true; socket.close(); },
    /** What was told of sessions, answers to subscriptions left out. */
    told: () => frames.filter(({ channel, type }) => channel !== 'global' && type !== 'subscribe_success'),
    count: (type) => frames.filter((frame) => frame.type === type).length,
    async get(check, sentence = 'the frame arrives') {
      await eventually(sentence, () => frames.some(check), { every: 4, seen: () => frames.slice(-20) });
      return frames.find(check);
    },
    /** The answer to a message: the first frame behind those there were. */
    async ask(message) {
      const before = frames.length;
      if (typeof message === 'string' || Buffer.isBuffer(message)) socket.send(message);
      else say(message);
      await eventually('it is answered', () => frames.length > before, { every: 4 });
      return frames[before];
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
    /** Everything said before has been handled. */
    async settled() {
      const pongs = self.count('pong');
      say({ channel: 'global', type: 'ping', data: { timestamp: 1 } });
      await eventually('it is answered', () => self.count('pong') > pongs, { every: 4 });
    },
    end: () => { intended = true; clearTimeout(retry); socket?.terminate(); },
  };
  opened.push(self);
  return self;
}

/** Opens one and waits until it is connected and has these sessions open. */
export async function connected(hub, ids = [], options) {
  const client = agentcmd(hub, options);
  ids.forEach(client.load);
  client.connect();
  await eventually('it is subscribed', () => client.connections() === 1 && client.count('session_updated') === ids.length, { seen: () => client.frames });
  return client;
}
