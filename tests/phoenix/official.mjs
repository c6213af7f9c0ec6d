// The official Phoenix clients, unmodified, with `ws` as their transport.
import { Socket as Socket17 } from 'phoenix17';
import { Socket as Socket18 } from 'phoenix18';
import WebSocket from 'ws';

export const VERSIONS = { '1.7.21': Socket17, '1.8.16': Socket18 };

/** A socket of one version that is opened at once; the frames it sends are kept in `sent`. */
export function connect(hub, version, options = {}) {
  const sent = [];
  const closes = [];
  class Transport extends WebSocket {
    send(text, ...rest) {
      sent.push(typeof text === 'string' ? JSON.parse(text) : text);
      super.send(text, ...rest);
    }
  }
  const socket = new VERSIONS[version](`${hub.url.replace('http', 'ws')}/socket`, { transport: Transport, ...options });
  socket.onClose((event) => closes.push(event.code));
  socket.connect();
  return { socket, sent, closes, joins: (topic) => sent.filter((frame) => frame[2] === topic && frame[3] === 'phx_join').length };
}

export const EVENTS = [
  'session_created', 'session_status', 'session_updated', 'session_terminated', 'session_event', 'task_started',
  'task_completed', 'stream_output', 'message_complete', 'error', 'session_update', 'realtime_update', 'system_alert',
  'resync', 'send_message', 'cancel', 'pause', 'resume', 'approve', 'deny',
];

/** Joins a topic and keeps what is heard; `cursor` follows it and goes into every rejoin, as docs/protocol.md says. */
export function join({ socket }, topic, params = {}) {
  const heard = { events: [], replies: [], cursor: { ...params }, closed: false };
  const channel = socket.channel(topic, () => ({ ...params, ...heard.cursor }));
  heard.channel = channel;
  for (const name of EVENTS) {
    channel.on(name, (payload) => {
      heard.events.push({ event: name, payload });
      if (payload.seq > 0) heard.cursor = { ...heard.cursor, after: payload.seq };
    });
  }
  channel.onClose(() => { heard.closed = true; });
  const push = channel.join();
  push.receive('ok', (reply) => {
    heard.replies.push(reply);
    heard.cursor = { epoch: reply.epoch, after: reply.resumed ? heard.cursor.after : reply.seq };
  });
  heard.joined = new Promise((resolve, reject) => {
    push.receive('ok', resolve).receive('error', reject).receive('timeout', () => reject(new Error('timeout')));
  });
  heard.joined.catch(() => {});
  // A broadcast names no join: until the hub has read of it, a new channel of the same topic hears what was meant for this one.
  // The client takes its own leave as answered at once; a heartbeat behind it is answered by the hub.
  heard.leave = () => {
    channel.leave();
    return socket.isConnected() ? answered({ socket }) : undefined;
  };
  heard.seqs = () => heard.events.map(({ payload }) => payload.seq).filter((seq) => seq > 0);
  heard.names = () => heard.events.map(({ event }) => event);
  return heard;
}

/** A heartbeat's answer: what the hub said before has arrived. */
export const answered = ({ socket }) => new Promise((resolve) => { socket.ping(resolve); });

/** Pushes and gives the reply, `[status, response]`. */
export const push = (channel, event, payload) => new Promise((resolve) => {
  const sent = channel.push(event, payload);
  for (const status of ['ok', 'error', 'timeout']) sent.receive(status, (response) => resolve([status, response]));
});
