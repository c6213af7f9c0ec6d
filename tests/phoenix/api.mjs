// The hub's HTTP API, as far as these tests report and compare with it.

let made = 0;

/** A session id that no other test uses. */
export const newId = (name = 'session') => `${name}-${process.pid}-${++made}`;

const post = async (hub, path, body) => {
  const response = await fetch(hub.url + path, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
};

/** Gives commands and gets each one's answer; they are durable then. */
export const commands = (hub, ...list) => post(hub, '/api/v1/commands', list);

/** Begins a session's life and gives its id. */
export async function session(hub, { id = newId(), ...fields } = {}) {
  const [answer] = await commands(hub, { type: 'create', session_id: id, status: 'active', ...fields });
  if (!answer.ok) throw new Error(`create: ${JSON.stringify(answer)}`);
  return id;
}

/** Answers once; `wait` in seconds makes it a long poll. */
export async function page(hub, after, { limit = 200, wait } = {}) {
  const response = await fetch(`${hub.url}/api/v1/events?after=${after}&limit=${limit}${wait === undefined ? '' : `&wait=${wait}`}`);
  if (!response.ok) throw new Error(`events: ${response.status} ${await response.text()}`);
  const { events, ...rest } = await response.json();
  return { ...rest, events: events.map((entry) => ({ seq: entry.payload.seq, ...entry })) };
}

/** The whole log after a sequence number, and at most up to another. */
export async function log(hub, after = 0, upTo = Infinity) {
  const all = [];
  for (;;) {
    const { events } = await page(hub, all.at(-1)?.seq ?? after);
    if (events.length === 0) return all.filter((entry) => entry.seq <= upTo);
    all.push(...events);
  }
}

/** The seqs of a log's events by name. */
export const seqs = (entries, ...names) => entries.filter((entry) => names.includes(entry.event)).map((entry) => entry.seq);

/** What the topic `sessions` tells of the log. */
export const OF_SESSIONS = ['session_created', 'session_status', 'session_updated', 'session_terminated'];

/** A short-lived token that may do what is said, everything when nothing is said. */
export const token = async (hub, limits = {}) => (await post(hub, '/api/v1/tokens', limits)).token;
