import type { HubEvent } from '@rollcall/client';
import { event, session } from '../../../clients/typescript/tests/samples';
import type { SessionEvent } from '../../src/pages/session/log/logState';

/** What samples.ts makes, of one session "a", at a second of one morning. */
export function at(second: number, seq: number, [name, fields]: readonly [HubEvent['event'], object]): SessionEvent {
  const time = new Date(Date.UTC(2026, 8, 14, 8, 0, second)).toISOString();
  return event(name, { session_id: 'a', ...fields, seq, time } as never) as SessionEvent;
}

export const created = (version = 1) => ['session_created', { metadata: {}, session: session('a', { version }) }] as const;
export const status = (to: string, from = 'active', error?: string) =>
  ['session_status', { status: to, previous_status: from, updated_at: '2026-09-14T08:00:00Z', ...(error === undefined ? {} : { error }) }] as const;
export const updated = (fields: object) => ['session_updated', { version: 2, updated_at: '2026-09-14T08:00:00Z', ...fields }] as const;
export const output = (text: string, index = 0, stream = 'stdout') => ['stream_output', { text, index, stream }] as const;
export const used = (input_tokens: number, output_tokens: number, cost_usd: number | null) => updated({
  usage: { input_tokens, output_tokens, cost_usd, total_tokens: input_tokens + output_tokens, cache_read_tokens: 0, cache_write_tokens: 0, cost_source: 'reported' },
});
