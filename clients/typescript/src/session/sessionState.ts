import { rowAfter } from '../fleet/row.js';
import { keepSame } from '../keepSame.js';
import type { EventPayloads, HubEvent } from '../protocol/events.js';
import type { RunningTask, SessionView } from '../protocol/views.js';

export type OutputPiece = EventPayloads['stream_output'];
/** The end of an answer, or why there was none. */
export type SessionMessage = Extract<HubEvent, { event: 'message_complete' | 'error' }>;

/** One session, live or ended, with what it does and says. Never changed in place. */
export interface SessionDetail {
  readonly epoch: string | null;
  /** Null before the first snapshot. */
  readonly session: SessionView | null;
  readonly tasks: readonly RunningTask[];
  /** The end of its output, at most 2,000 pieces; the first snapshot brings the last 100, or 256 KiB of them. */
  readonly output: readonly OutputPiece[];
  /** What was answered while this client watched, at most 100, the oldest first. */
  readonly messages: readonly SessionMessage[];
}

export interface SessionSnapshot {
  readonly epoch: string;
  readonly session: SessionView | null;
  readonly tasks: readonly RunningTask[];
  readonly output: readonly OutputPiece[];
}

const KEPT_OUTPUT = 2_000;
const KEPT_MESSAGES = 100;

export const emptySession: SessionDetail = { epoch: null, session: null, tasks: [], output: [], messages: [] };

/** Puts a snapshot in the state's place. Output that is older than it stays where nothing is missing in between. */
export function replaceSession(state: SessionDetail, snapshot: SessionSnapshot): SessionDetail {
  const sameHub = state.epoch === snapshot.epoch;
  const [first] = snapshot.output;
  const older = sameHub && first ? state.output.filter((piece) => piece.seq < first.seq) : [];
  const joins = first !== undefined && older.at(-1)?.index === first.index - 1;
  return {
    epoch: snapshot.epoch,
    session: keepSame(state.session, snapshot.session),
    tasks: keepSame(state.tasks, snapshot.tasks),
    output: joins ? [...older, ...snapshot.output].slice(-KEPT_OUTPUT) : snapshot.output,
    messages: sameHub ? state.messages : [],
  };
}

/** The state after events, in their order; the very same object when they change nothing here. */
export function applyToSession(state: SessionDetail, events: readonly HubEvent[]): SessionDetail {
  const output: OutputPiece[] = [];
  let next = state;
  for (const event of events) {
    if (event.event === 'stream_output') output.push(event.payload);
    else next = applyOne(next, event);
  }
  return output.length === 0 ? next : { ...next, output: [...next.output, ...output].slice(-KEPT_OUTPUT) };
}

function applyOne(state: SessionDetail, event: Exclude<HubEvent, { event: 'stream_output' }>): SessionDetail {
  switch (event.event) {
    case 'session_status':
      return ended(changed(state, event.payload.seq, (row) => rowAfter.session_status(row, event.payload)));
    case 'session_updated':
      return changed(state, event.payload.seq, (row) => rowAfter.session_updated(row, event.payload));
    case 'session_terminated':
      return ended(changed(state, event.payload.seq, (row) => rowAfter.session_terminated(row, event.payload)));
    case 'task_started': {
      const { task_id, name, time } = event.payload;
      if (state.tasks.some((task) => task.task_id === task_id)) return state;
      return { ...state, tasks: [...state.tasks, { task_id, name: name ?? null, started_at: time }] };
    }
    case 'task_completed':
      return { ...state, tasks: state.tasks.filter((task) => task.task_id !== event.payload.task_id) };
    case 'message_complete':
    case 'error':
      return { ...state, messages: [...state.messages, event].slice(-KEPT_MESSAGES) };
    case 'session_created':
    case 'session_event':
    case 'session_update':
    case 'realtime_update':
    case 'system_alert':
    case 'alert_acknowledged':
    case 'alert_resolved':
    case 'fleet_paused':
    case 'fleet_resumed':
      return state;
    default: {
      const unhandled: never = event;
      return unhandled;
    }
  }
}

function changed(state: SessionDetail, seq: number, next: (row: SessionView) => SessionView): SessionDetail {
  const row = state.session;
  return row && row.seq < seq ? { ...state, session: next(row) } : state;
}

const ended = (state: SessionDetail): SessionDetail =>
  state.session?.status === 'terminated' && state.tasks.length > 0 ? { ...state, tasks: [] } : state;
