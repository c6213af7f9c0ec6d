import type { EventPayloads, HubEvent } from '../protocol/events.js';
import type { SessionView } from '../protocol/views.js';
import { positionsOf, takeOver } from './positions.js';
import { rowAfter } from './row.js';
import type { FleetState } from './state.js';

const KEPT_COUNT_EVENTS = 10;
const KEPT_ENDED = 5;

/** The state after an event. When the event changes nothing here, it is the very same object. */
export const applyEvent = (state: FleetState, event: HubEvent): FleetState => applyEvents(state, [event]);

/**
 * The state after events, in their order. The list of sessions is copied once however many there are, each event then
 * costs its own row only. When they change nothing here, the state is the very same object.
 */
export function applyEvents(state: FleetState, events: readonly HubEvent[]): FleetState {
  const draft = new FleetDraft(state);
  for (const event of events) apply(draft, event);
  return draft.state;
}

function apply(draft: FleetDraft, event: HubEvent): void {
  switch (event.event) {
    case 'session_created':
      return draft.create({ ...event.payload.session, seq: event.payload.seq });
    case 'session_status':
      return draft.change(event.payload, (row) => rowAfter.session_status(row, event.payload));
    case 'session_updated':
      return draft.change(event.payload, (row) => rowAfter.session_updated(row, event.payload));
    case 'session_terminated':
      return draft.end(event.payload);
    case 'session_event':
      draft.state = { ...draft.state, sessionEvents: [event.payload, ...draft.state.sessionEvents].slice(0, KEPT_COUNT_EVENTS) };
      return;
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
      return;
    default: {
      const unhandled: never = event;
      return unhandled;
    }
  }
}

/** A state that is being changed: its list is copied before the first change of a row, and never again. */
class FleetDraft {
  #rows: SessionView[] | null = null;
  #positions: Map<string, number> | null = null;

  constructor(public state: FleetState) {}

  create(row: SessionView): void {
    const present = this.#find(row.id);
    if (present && present.seq >= row.seq) return;
    const past = this.state.ended.find((session) => session.id === row.id);
    if (past && past.seq >= row.seq) return;
    this.#put(row);
    if (past) this.state = { ...this.state, ended: this.state.ended.filter((session) => session !== past) };
  }

  change(payload: { session_id: string; seq: number }, next: (row: SessionView) => SessionView): void {
    const row = this.#find(payload.session_id);
    if (row && row.seq < payload.seq) this.#put(next(row));
  }

  end(payload: EventPayloads['session_terminated']): void {
    const row = this.#find(payload.session_id);
    if (!row || row.seq >= payload.seq) return;
    const { rows, positions } = this.#copy();
    // The last row takes its place: the rows are in no particular order.
    const [at, last] = [positions.get(row.id)!, rows.pop()!];
    positions.delete(row.id);
    if (last.id !== row.id) {
      rows[at] = last;
      positions.set(last.id, at);
    }
    this.state = { ...this.state, ended: [rowAfter.session_terminated(row, payload), ...this.state.ended].slice(0, KEPT_ENDED) };
  }

  #find(id: string): SessionView | undefined {
    const at = positionsOf(this.state.sessions).get(id);
    return at === undefined ? undefined : this.state.sessions[at];
  }

  #put(row: SessionView): void {
    const { rows, positions } = this.#copy();
    const at = positions.get(row.id) ?? rows.length;
    rows[at] = row;
    positions.set(row.id, at);
  }

  #copy(): { rows: SessionView[]; positions: Map<string, number> } {
    if (!this.#rows || !this.#positions) {
      this.#rows = [...this.state.sessions];
      this.#positions = takeOver(this.state.sessions, this.#rows);
      this.state = { ...this.state, sessions: this.#rows };
    }
    return { rows: this.#rows, positions: this.#positions };
  }
}
