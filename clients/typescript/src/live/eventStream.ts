import type { Requests } from '../http/request.js';
import { queryText } from '../http/request.js';
import type { Topic } from '../protocol/topics.js';
import type { Cursor } from './topicFeed.js';

export interface StreamEvents {
  opened(): void;
  /** The state anew: of one topic, or by topic when there are several. */
  reset(payload: unknown): void;
  event(name: string, payload: unknown): void;
}

/** The hub sends a comment every 15 s: a stream that says nothing for three times as long is dead. */
const SILENT_MS = 45_000;

/** Reads the hub's server-sent events until they end or `signal` does; refused, it is a `HubError`. */
export async function followStream(
  http: Requests, topics: readonly Topic[], cursor: Cursor | null, to: StreamEvents, signal: AbortSignal,
): Promise<void> {
  const silence = new AbortController();
  const either = AbortSignal.any([signal, silence.signal]);
  const headers: Record<string, string> = { accept: 'text/event-stream' };
  if (cursor) headers['last-event-id'] = `${cursor.epoch}-${cursor.after}`;
  const response = await http.open('GET', `/events/stream${queryText({ topic: topics })}`, { headers, signal: either });
  if (!response.body || !response.headers.get('content-type')?.startsWith('text/event-stream')) return;
  to.opened();
  const reader = response.body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let text = '';
  for (;;) {
    const silent = setTimeout(() => silence.abort(), SILENT_MS);
    const { done, value } = await reader.read().finally(() => clearTimeout(silent));
    if (done || either.aborted) return;
    const blocks = (text + value).split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) tell(block, to);
  }
}

function tell(block: string, to: StreamEvents): void {
  let [name, data] = ['message', ''];
  for (const line of block.split('\n')) {
    if (line.startsWith('event:')) name = line.slice(6).trim();
    else if (line.startsWith('data:')) data += line.slice(5).trimStart();
  }
  if (data === '') return;
  let payload: unknown = null;
  try {
    payload = JSON.parse(data);
  } catch {
    // Told as it is: what is no payload is counted as malformed.
  }
  if (name === 'reset') to.reset(payload);
  else to.event(name, payload);
}
