// A client like that of KATO's dashboard, written from its frames: one connection that all components of a page share,
// the text "ping" every 30 s, 10 tries to come back, and polling while it is away.
import assert from 'node:assert/strict';
import WebSocket from 'ws';
import { eventually } from '../phoenix/eventually.mjs';

const FIRST_RETRY = 1_000;
const LONGEST_RETRY = 30_000;
const MAX_TRIES = 10;
const PING_EVERY = 30_000;
const POLL_METRICS_EVERY = 5_000;
const POLL_COUNT_EVERY = 10_000;

/** What axios accepts unless told otherwise: its pages ask by it. */
export const accept = { accept: 'application/json, text/plain, */*' };

const opened = [];

/** Ends every client, so that none comes back. */
export const endAll = () => opened.forEach((client) => client.end());

export function kato(hub, { address = '/ws', headers } = {}) {
  const frames = [];
  const statuses = ['disconnected'];
  const polled = { metrics: [], counts: [] };
  const counts = [];
  let socket = null;
  let tries = 0;
  let delay = FIRST_RETRY;
  let subscriptions = [];
  let staysConnected = true;
  let pings;
  let retry;
  let polls = [];
  const status = (name) => { if (statuses.at(-1) !== name) statuses.push(name); };
  const send = (text) => { if (socket?.readyState === WebSocket.OPEN) socket.send(text); };
  const sendSubscriptions = () => { if (subscriptions.length > 0) send(JSON.stringify({ type: 'subscribe', subscriptions })); };

  // React Query: asks at once and then every so often, while it is enabled.
  let asking = Promise.resolve();
  const poll = (path, into, every) => {
    const ask = () => {
      const asked = fetch(hub.url + path, { headers: accept }).then((answer) => answer.json()).then((data) => into.push(data)).catch(() => {});
      asking = Promise.all([asking, asked]);
    };
    ask();
    return setInterval(ask, every);
  };
  const startPolling = () => {
    if (polls.length > 0) return;
    polls = [
      poll('/api/v1/system/metrics?use_cache=true', polled.metrics, POLL_METRICS_EVERY),
      poll('/api/v1/sessions/count', polled.counts, POLL_COUNT_EVERY),
    ];
  };
  const stopPolling = () => { polls.forEach(clearInterval); polls = []; };

  const attemptReconnect = () => {
    if (!staysConnected) return;
    if (tries >= MAX_TRIES) { status('error'); return; }
    tries += 1;
    retry = setTimeout(connect, delay);
    delay = Math.min(delay * 2, LONGEST_RETRY);
  };
  function connect() {
    if (socket?.readyState === WebSocket.OPEN || socket?.readyState === WebSocket.CONNECTING) return;
    status('connecting');
    const opening = new WebSocket(hub.url.replace('http', 'ws') + address, { headers });
    socket = opening;
    opening.on('open', () => {
      status('connected');
      stopPolling();
      [tries, delay] = [0, FIRST_RETRY];
      pings = setInterval(() => send('ping'), PING_EVERY);
      sendSubscriptions();
    });
    opening.on('message', (text) => {
      const frame = JSON.parse(text);
      frames.push(frame);
      if (frame.type === 'realtime_update' && frame.data.sessions) counts.push(frame.data.sessions.active_count);
      if (frame.type === 'session_event') counts.push(frame.data.current_count);
    });
    opening.on('error', () => status('error'));
    opening.on('close', () => {
      clearInterval(pings);
      status('disconnected');
      if (staysConnected) startPolling();
      attemptReconnect();
    });
  }

  const self = {
    frames, statuses, polled, send,
    connect: () => { startPolling(); connect(); },
    disconnect: () => { staysConnected = false; clearTimeout(retry); socket?.close(); socket = null; status('disconnected'); },
    /** A component says what it wants: the client keeps the last list only. */
    setSubscriptions: (list) => { subscriptions = list; sendSubscriptions(); },
    socket: () => socket,
    isOpen: () => socket?.readyState === WebSocket.OPEN,
    of: (type) => frames.filter((frame) => frame.type === type),
    /** The number of sessions as the page shows it. */
    count: () => counts.at(-1),
    /** What it asked for has come. */
    pollsAnswered: () => asking,
    /** Everything told before has arrived: the answer to a ping is behind it. */
    async settled() {
      const beats = self.of('heartbeat').length;
      send('ping');
      await eventually('the ping is answered', () => self.of('heartbeat').length > beats, { every: 4 });
    },
    end: () => { staysConnected = false; clearTimeout(retry); clearInterval(pings); stopPolling(); socket?.terminate(); },
  };
  opened.push(self);
  return self;
}

const NULLABLE = (value) => value === null || typeof value === 'number';

/** What an alert of a type says beyond what every one does. */
const FIGURE = ['value', 'threshold'];
const OF_ALERT = { high_cpu: FIGURE, high_memory: FIGURE, high_error_rate: FIGURE, container_down: ['container_name'] };

/** Checks a message against the documented form: its fields, all of them and no others, in their types. */
export function checkForm(frame) {
  assert.match(frame.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
  switch (frame.type) {
    case 'heartbeat':
      assert.deepEqual(Object.keys(frame), ['type', 'timestamp']);
      break;
    case 'realtime_update':
      assert.deepEqual(Object.keys(frame), ['type', 'timestamp', 'data']);
      assert.ok(Object.keys(frame.data).length > 0);
      assert.ok(Object.keys(frame.data).every((part) => ['metrics', 'containers', 'sessions'].includes(part)));
      if (frame.data.metrics) checkMetrics(frame.data.metrics);
      if (frame.data.containers) checkContainers(frame.data.containers);
      if (frame.data.sessions) {
        assert.deepEqual(Object.keys(frame.data.sessions), ['active_count', 'total_count']);
        assert.ok(Object.values(frame.data.sessions).every(Number.isInteger));
      }
      break;
    case 'session_event':
      assert.deepEqual(Object.keys(frame), ['type', 'event_type', 'timestamp', 'data']);
      assert.ok(['session_created', 'session_destroyed'].includes(frame.event_type));
      assert.deepEqual(Object.keys(frame.data), ['current_count', 'previous_count', 'delta', 'time_since_last_event']);
      assert.ok(frame.data.delta > 0);
      assert.ok(NULLABLE(frame.data.time_since_last_event));
      break;
    case 'system_alert':
      assert.deepEqual(Object.keys(frame), ['type', 'id', 'timestamp', 'alerts']);
      assert.match(frame.id, /^alert_/);
      frame.alerts.forEach((alert) => {
        assert.ok(['info', 'warning', 'error'].includes(alert.level));
        assert.ok([alert.type, alert.message].every((text) => typeof text === 'string' && text.length > 0));
        assert.deepEqual(Object.keys(alert), ['level', 'type', 'message', ...(OF_ALERT[alert.type] ?? [])]);
      });
      break;
    default:
      assert.fail(`an unknown message: ${JSON.stringify(frame)}`);
  }
}

function checkContainers(told) {
  if ('error' in told) {
    assert.equal(typeof told.error, 'string');
    return;
  }
  assert.deepEqual(Object.keys(told), ['containers', 'aggregated']);
  for (const container of told.containers) {
    assert.deepEqual(Object.keys(container), ['name', 'status', 'cpu', 'memory', 'network', 'block_io', 'timestamp']);
    assert.deepEqual(Object.keys(container.memory), ['usage_bytes', 'limit_bytes', 'usage_mb', 'limit_mb', 'usage_percent']);
    assert.ok([container.cpu, ...Object.values(container.memory)].every(NULLABLE), container.name);
  }
  assert.deepEqual(Object.keys(told.aggregated),
    ['total_cpu_percent', 'total_memory_mb', 'total_memory_limit_mb', 'total_memory_percent', 'container_count', 'timestamp']);
  assert.equal(told.aggregated.container_count, told.containers.length);
}

export function checkMetrics(metrics) {
  assert.deepEqual(Object.keys(metrics), ['sessions', 'performance', 'resources', 'databases', 'rates', 'processor_manager', 'uptime_seconds', 'timestamp']);
  assert.deepEqual(Object.keys(metrics.sessions), ['active', 'total_created', 'total_deleted', 'operations_total']);
  assert.deepEqual(Object.keys(metrics.performance), ['total_requests', 'total_errors', 'error_rate', 'average_response_time']);
  assert.deepEqual(Object.keys(metrics.resources), ['cpu_percent', 'memory_percent', 'disk_percent']);
  assert.deepEqual(Object.keys(metrics.processor_manager), ['total_processors', 'max_processors', 'eviction_ttl_seconds']);
  for (const part of ['sessions', 'performance', 'resources', 'processor_manager']) assert.ok(Object.values(metrics[part]).every(NULLABLE), part);
}
