// Server-sent events, read with fetch and kept as they come: events, ids, comments, retry.
import { eventually } from './eventually.mjs';

export async function stream(hub, topics, { lastEventId } = {}) {
  const abort = new AbortController();
  const response = await fetch(`${hub.url}/api/v1/events/stream?topics=${encodeURIComponent(topics)}`, {
    signal: abort.signal, headers: { accept: 'text/event-stream', ...(lastEventId ? { 'last-event-id': lastEventId } : {}) },
  });
  const self = { response, events: [], comments: [], retries: [], ended: false, id: lastEventId, close: () => abort.abort() };
  self.get = async (name) => {
    await eventually(`${name} arrives`, () => self.events.some(({ event }) => event === name), { every: 4, seen: () => self.events });
    return self.events.find(({ event }) => event === name);
  };
  self.seqs = () => self.events.filter(({ event }) => event !== 'reset').map(({ data }) => data.seq).filter((seq) => seq > 0);
  if (response.ok) read(response.body, self).catch(() => {}).finally(() => { self.ended = true; });
  return self;
}

async function read(body, self) {
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of body) {
    text += decoder.decode(piece, { stream: true });
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      take(text.slice(0, end), self);
      text = text.slice(end + 2);
    }
  }
}

function take(block, self) {
  const fields = {};
  for (const line of block.split('\n')) {
    const at = line.indexOf(':');
    if (at === 0) self.comments.push(line.slice(1).trim());
    else fields[line.slice(0, at)] = line.slice(at + 1).trimStart();
  }
  if (fields.id !== undefined) self.id = fields.id;
  if (fields.retry !== undefined) self.retries.push(Number(fields.retry));
  if (fields.data !== undefined) self.events.push({ id: fields.id, event: fields.event, data: JSON.parse(fields.data) });
}
