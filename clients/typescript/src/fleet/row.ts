import type { EventPayloads } from '../protocol/events.js';
import type { SessionState, SessionStatus, SessionView } from '../protocol/views.js';

/** How each event changes the session it is about: the row after it, with the event's `seq`. */
export const rowAfter = {
  session_status(row: SessionView, payload: EventPayloads['session_status']): SessionView {
    const { status, error, updated_at, seq } = payload;
    const next: SessionView = { ...row, status, state: stateOf(status, error !== undefined), stale: false, updated_at, seq };
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
  },

  session_updated(row: SessionView, payload: EventPayloads['session_updated']): SessionView {
    const changes = Object.entries(payload).filter(([key, value]) => Object.hasOwn(changeable, key) && value !== undefined);
    return { ...row, ...(Object.fromEntries(changes) as Partial<SessionView>), seq: payload.seq };
  },

  session_terminated(row: SessionView, payload: EventPayloads['session_terminated']): SessionView {
    return {
      ...row,
      status: 'terminated',
      state: stateOf('terminated', payload.reason === 'crashed'),
      error_message: payload.error ?? row.error_message,
      ended_at: row.ended_at ?? payload.time,
      seq: payload.seq,
    };
  },
};

/** The keys of the view that `session_updated` may change. The type makes a forgotten one an error. */
const changeable: Record<keyof Omit<EventPayloads['session_updated'], 'seq' | 'time' | 'session_id'>, true> = {
  updated_at: true, version: true, name: true, agent: true, project: true, host: true, cwd: true, model: true, status: true, state: true,
  waiting_for: true, waiting_since: true, waiting_text: true, error_message: true, is_paused: true, stale: true,
  tasks_running: true, usage: true, metadata: true, created_at: true, ended_at: true,
};

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
