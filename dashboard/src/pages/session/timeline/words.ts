import type { SessionStatus, TaskOutcome, WaitingFor } from '../../../data';
import { compact, dollars, duration } from '../../../design/format';
import { askOf } from '../../../session';
import type { SessionEvent } from '../log/logState';

type Payload<E extends SessionEvent['event']> = Extract<SessionEvent, { event: E }>['payload'];

/** What an entry looks like. Statuses have their colours, everything else has none. */
export type Look = 'begin' | 'working' | 'waiting' | 'error' | 'idle' | 'end' | 'pause' | 'task' | 'output' | 'message' | 'usage' | 'change';

export interface Said {
  look: Look;
  words: string;
  /** What was asked, written or reported, as it came. */
  detail?: string | undefined;
}

const statuses: Record<SessionStatus, Said> = {
  initializing: { look: 'change', words: 'Starts' },
  active: { look: 'working', words: 'Works' },
  idle: { look: 'idle', words: 'Is idle' },
  waiting: { look: 'waiting', words: 'Waits for a person' },
  error: { look: 'error', words: 'Failed' },
  terminating: { look: 'change', words: 'Is ending' },
  terminated: { look: 'end', words: 'Ended' },
};

/** A status that a newer hub has is said by its own name. */
export const statusSaid = ({ status, error }: Payload<'session_status'>): Said => ({
  ...(Object.hasOwn(statuses, status) ? statuses[status] : { look: 'change', words: `Is ${status}` }),
  ...(error === undefined ? {} : { look: 'error', words: 'Failed', detail: error }),
});

const reasons: Record<string, Said> = {
  completed: { look: 'end', words: 'Ended: it was done' },
  terminated: { look: 'end', words: 'Ended: it was asked to' },
  expired: { look: 'end', words: 'Ended: nothing was heard of it' },
  crashed: { look: 'error', words: 'Crashed' },
};

export const endSaid = ({ reason, error }: Payload<'session_terminated'>): Said =>
  ({ ...(reasons[reason] ?? { look: 'end', words: `Ended: ${reason}` }), detail: error });

const outcomes: Record<TaskOutcome, string> = { completed: 'finished', failed: 'failed', cancelled: 'was cancelled' };

export const taskSaid = (event: Extract<SessionEvent, { event: 'task_started' | 'task_completed' }>): Said => {
  const name = event.payload.name === undefined ? 'A task' : `“${event.payload.name}”`;
  if (event.event === 'task_started') return { look: 'task', words: `${name} began` };
  const { outcome, duration_seconds } = event.payload;
  return {
    look: outcome === 'failed' ? 'error' : 'task',
    words: `${name} ${outcomes[outcome] ?? `ended as ${outcome}`} after ${duration(duration_seconds)}`,
  };
};

export const waitingSaid = (waiting_for: WaitingFor, text: string | null | undefined): Said =>
  ({ look: 'waiting', words: askOf({ waiting_for }).long, detail: text ?? undefined });

/** What was used between two counts; from the beginning of what is known, the whole count. */
export function usageSaid(now: Usage, before: Usage | null): Said {
  const input = now.input_tokens - (before?.input_tokens ?? 0);
  const output = now.output_tokens - (before?.output_tokens ?? 0);
  const cost = now.cost_usd === null ? null : now.cost_usd - (before?.cost_usd ?? 0);
  const tokens = `${compact(input)} tokens in, ${compact(output)} out`;
  return { look: 'usage', words: `${before === null ? 'By now used' : 'Used'} ${tokens}${cost === null || cost === 0 ? '' : `, ${dollars(cost)}`}` };
}
export type Usage = NonNullable<Payload<'session_updated'>['usage']>;

const fields = { name: 'name', agent: 'agent', host: 'host', cwd: 'folder', model: 'model' } as const;

/** What else of it changed; null when that is only what other events say already. */
export function changeSaid(payload: Payload<'session_updated'>): Said | null {
  if (payload.is_paused !== undefined) return { look: payload.is_paused ? 'pause' : 'begin', words: payload.is_paused ? 'Was paused' : 'Was resumed' };
  if (payload.stale === true) return { look: 'change', words: 'Nothing was heard of it for a while' };
  const changed = (Object.keys(fields) as (keyof typeof fields)[]).filter((key) => payload[key] !== undefined);
  if (changed.length > 0) {
    return {
      look: 'change',
      words: changed.map((key) => (payload[key] === null ? `No longer has a ${fields[key]}` : `Has the ${fields[key]} ${payload[key]}`)).join('. '),
    };
  }
  return payload.metadata === undefined ? null : { look: 'change', words: 'Has other metadata', detail: JSON.stringify(payload.metadata) };
}

