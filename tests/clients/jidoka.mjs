// A subscriber like Jidoka's Phoenix client, written from its rules: params in the address, a heartbeat every 30 s, a
// schedule of tries to come back and one of rejoins.
import WebSocket from 'ws';
import { eventually } from '../phoenix/eventually.mjs';

const RECONNECT = [100, 500, 1_000, 2_000, 5_000, 10_000, 30_000];
const REJOIN = [100, 500, 1_000, 2_000, 5_000, 10_000];
const HEARTBEAT_EVERY = 30_000;

const opened = [];

/** Ends every client, so that none comes back. */
export const endAll = () => opened.forEach((client) => client.end());

export function jidoka(hub, { params = {} } = {}) {
  const messages = [];
  const answers = [];
  const channels = new Map();
  let socket;
  let beats;
  let ref = 0;
  let tries = 0;
  let gone = false;
  let retry;
  const query = new URLSearchParams({ vsn: '2.0.0', ...params });
  const push = (joinRef, topic, event, payload) => {
    ref += 1;
    socket.send(JSON.stringify([joinRef, `${ref}`, topic, event, payload]));
    return `${ref}`;
  };
  const join = (topic) => {
    const channel = channels.get(topic);
    channel.ref = `${ref + 1}`;
    push(channel.ref, topic, 'phx_join', {});
  };

  const connect = () => {
    socket = new WebSocket(`${hub.url.replace('http', 'ws')}/socket/websocket?${query}`);
    const opening = socket;
    opening.on('open', () => {
      tries = 0;
      beats = setInterval(() => push(null, 'phoenix', 'heartbeat', {}), HEARTBEAT_EVERY);
      for (const topic of channels.keys()) join(topic);
    });
    opening.on('message', (text) => {
      const [joinRef, reference, topic, event, payload] = JSON.parse(text);
      if (event === 'phx_reply') {
        answers.push({ ref: reference, topic, ...payload });
        const channel = channels.get(topic);
        if (channel?.ref !== reference) return;
        if (payload.status === 'ok') channel.joins += 1;
        else if (channel.rejoins < REJOIN.length) setTimeout(() => channels.has(topic) && join(topic), REJOIN[channel.rejoins++]);
      } else if (event === 'phx_close') {
        if (channels.get(topic)?.ref === joinRef) channels.delete(topic);
      } else {
        messages.push({ topic, event, payload });
      }
    });
    opening.on('error', () => {});
    opening.on('close', () => {
      clearInterval(beats);
      if (!gone) retry = setTimeout(connect, RECONNECT[Math.min(tries++, RECONNECT.length - 1)]);
    });
  };

  connect();
  const self = {
    messages, answers,
    joins: (topic) => channels.get(topic)?.joins ?? 0,
    async subscribe(topic) {
      channels.set(topic, { ref: null, joins: 0, rejoins: 0 });
      await eventually('it is connected', () => socket.readyState === WebSocket.OPEN);
      if (channels.get(topic).ref === null) join(topic);
      await eventually(`${topic} is joined`, () => self.joins(topic) === 1, { every: 4, seen: () => answers });
    },
    /** The answer to a join that is refused. */
    async refusal(topic) {
      await eventually('it is connected', () => socket.readyState === WebSocket.OPEN);
      const reference = push(`${ref + 1}`, topic, 'phx_join', {});
      await eventually('it is answered', () => answers.some((answer) => answer.ref === reference));
      return answers.find((answer) => answer.ref === reference);
    },
    of: (topic) => messages.filter((message) => message.topic === topic).map(({ event, payload }) => [event, payload]),
    /** A heartbeat that is answered: everything told before has arrived. */
    async settled() {
      const reference = push(null, 'phoenix', 'heartbeat', {});
      await eventually('the heartbeat is answered', () => answers.some((answer) => answer.ref === reference), { every: 4 });
    },
    socket: () => socket,
    end: () => { gone = true; clearTimeout(retry); socket.terminate(); },
  };
  opened.push(self);
  return self;
}
