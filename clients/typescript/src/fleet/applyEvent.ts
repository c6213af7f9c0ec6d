import type { EventPayloads, HubEvent } from '../protocol/events';
import type { SessionState, SessionStatus, SessionView } from '../protocol/views';
import type { FleetState } from './state';

const KEPT_COUNT_EVENTS = 10;
const KEPT_ENDED = 5;

/** The state after an event. When the event changes nothing here, it is the very same object. */
export function applyEvent(state: FleetState, event: HubEvent): FleetState {
  switch (event.event) {
    case 'session_created':
      return created(state, event.payload);
    case 'session_status':
      return patch(state, event.payload, (row) => withStatus(row, event.payload));
    case 'session_updated':
      return patch(state, event.payload, (row) => withChanges(row, event.payload));
    case 'session_terminated':
      return ended(state, event.payload);
    case 'session_event':
      return { ...state, sessionEvents: [event.payload, ...state.sessionEvents].slice(0, KEPT_COUNT_EVENTS) };
    case 'task_started':
    case 'task_completed':
    case 'stream_output':
    case 'message_complete':
    case 'error':
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

function created(state: FleetState, payload: EventPayloads['session_created']): FleetState {
  const row = { ...payload.session, seq: payload.seq };
  const at = state.sessions.findIndex((session) => session.id === row.id);
  const present = state.sessions[at];
  if (present && present.seq >= payload.seq) return state;
  const past = state.ended.find((session) => session.id === row.id);
  if (past && past.seq >= payload.seq) return state;
  return {
    ...state,
    sessions: present ? state.sessions.with(at, row) : [...state.sessions, row],
    ended: past ? state.ended.filter((session) => session !== past) : state.ended,
  };
}

function patch(
  state: FleetState,
  payload: { session_id: string; seq: number },
  change: (row: SessionView) => SessionView,
): FleetState {
  const at = state.sessions.findIndex((session) => session.id === payload.session_id);
  const row = state.sessions[at];
  if (!row || row.seq >= payload.seq) return state;
  return { ...state, sessions: state.sessions.with(at, change(row)) };
}

function ended(state: FleetState, payload: EventPayloads['session_terminated']): FleetState {
  const row = state.sessions.find((session) => session.id === payload.session_id);
  if (!row || row.seq >= payload.seq) return state;
  const last: SessionView = {
    ...row,
    status: 'terminated',
    state: payload.reason === 'crashed' ? 'error' : row.state,
    error_message: payload.error ?? row.error_message,
    ended_at: row.ended_at ?? payload.time,
    seq: payload.seq,
  };
  return {
    ...state,
    sessions: state.sessions.filter((session) => session !== row),
    ended: [last, ...state.ended].slice(0, KEPT_ENDED),
  };
}

function withStatus(row: SessionView, payload: EventPayloads['session_status']): SessionView {
  const { status, error, updated_at, seq } = payload;
  const next: SessionView = { ...row, status, state: stateOf(status, error !== undefined), updated_at, seq };
  if (status === 'waiting') {
    next.waiting_since = updated_at;
  } else {
    next.waiting_for = next.waiting_since = next.waiting_text = null;
  }
  if (error !== undefined) next.error_message = error;
  else if (status === 'active' || status === 'idle') next.error_message = null;
  if (status === 'terminated') {
    next.ended_at = updated_at;
    next.tasks_running = 0;
  }
  return next;
}

/** The keys of the view that `session_updated` may change. The type makes a forgotten one an error. */
const changeable: Record<keyof Omit<EventPayloads['session_updated'], 'seq' | 'time' | 'session_id'>, true> = {
  updated_at: true, version: true, name: true, agent: true, host: true, cwd: true, model: true, status: true, state: true,
  waiting_for: true, waiting_since: true, waiting_text: true, error_message: true, is_paused: true, stale: true,
  tasks_running: true, usage: true, metadata: true,
};

function withChanges(row: SessionView, payload: EventPayloads['session_updated']): SessionView {
  const changes = Object.entries(payload).filter(([key, value]) => Object.hasOwn(changeable, key) && value !== undefined);
  return { ...row, ...(Object.fromEntries(changes) as Partial<SessionView>), seq: payload.seq };
}

/** The status for clients that know three states. */
function stateOf(status: SessionStatus, failed: boolean): SessionState {
  switch (status) {
    case 'active':
    case 'waiting':
      return 'working';
    case 'error':
      return 'error';
    case 'terminated':
      return failed ? 'error' : 'idle';
    case 'initializing':
    case 'idle':
    case 'terminating':
      return 'idle';
  }
}
