import {
  fits, flag, isRecord, list, metricsShape, number, oneOf, optional, orNull, record, sessionShape, status, text, time, usage,
  type Check, type Shape,
} from './checks.js';
import type { EventName, EventPayloads, HubEvent, SessionCountEvent } from './events.js';
import type { OpenAlert } from '../alerts/alertsState.js';
import type { OutputPiece, SessionSnapshot } from '../session/sessionState.js';
import type { FleetMetrics, JoinReply, RunningTask, SessionView } from './views.js';

const stamp = { seq: number, time };
/** A part of `realtime_update` that could not be had says `{error}` instead of its list. */
const listOrRecord: Check = (value) => list(value) || record(value);
const ofSession = { ...stamp, session_id: text };

/** What each payload must hold. A field that only newer hubs send is let through untouched. */
const shapes: { [K in EventName]: Shape<EventPayloads[K]> } = {
  session_created: { ...ofSession, metadata: record, session: fits(sessionShape) },
  session_status: { ...ofSession, status, previous_status: status, updated_at: time, error: optional(text) },
  session_updated: {
    ...ofSession,
    updated_at: time,
    version: optional(number),
    name: optional(orNull(text)),
    agent: optional(orNull(text)),
    project: optional(orNull(text)),
    host: optional(orNull(text)),
    cwd: optional(orNull(text)),
    model: optional(orNull(text)),
    status: optional(status),
    state: optional(sessionShape.state),
    waiting_for: optional(orNull(text)),
    waiting_since: optional(orNull(time)),
    waiting_text: optional(orNull(text)),
    error_message: optional(orNull(text)),
    is_paused: optional(flag),
    stale: optional(flag),
    tasks_running: optional(number),
    usage: optional(usage),
    metadata: optional(record),
    created_at: optional(time),
    ended_at: optional(orNull(time)),
  },
  session_terminated: { ...ofSession, reason: text, error: optional(text) },
  task_started: { ...ofSession, task_id: text, name: optional(text) },
  task_completed: { ...ofSession, task_id: text, name: optional(text), outcome: text, duration_seconds: number },
  stream_output: { ...ofSession, stream: text, text, index: number },
  message_complete: { ...ofSession, message_id: optional(text), usage: optional(usage), cancelled: flag },
  error: { ...ofSession, error: text, code: orNull(text) },
  session_event: {
    ...stamp,
    event_type: oneOf('session_created', 'session_destroyed'),
    current_count: number,
    previous_count: number,
    delta: number,
    created: orNull(number),
    destroyed: orNull(number),
    time_since_last_event: orNull(number),
    source: text,
    project: optional(text),
  },
  session_update: { ...stamp, ...metricsShape },
  realtime_update: {
    ...stamp, metrics: record, hosts: optional(record), containers: optional(listOrRecord), sessions: record, sources: optional(record),
  },
  system_alert: { ...stamp, id: text, alerts: list },
  alert_acknowledged: { ...stamp, id: text, by: text },
  alert_resolved: { ...stamp, id: text },
  fleet_paused: stamp,
  fleet_resumed: stamp,
};

/** The event, or why there is none: a name this page does not know, or a payload that is not what it should be. */
export function parseEvent(name: string, payload: unknown): HubEvent | 'unknown' | 'malformed' {
  if (!Object.hasOwn(shapes, name)) return 'unknown';
  const check: Check = fits(shapes[name as EventName] as Shape<Record<string, unknown>>);
  return check(payload) ? ({ event: name, payload } as HubEvent) : 'malformed';
}

export function parseJoinReply(payload: unknown): JoinReply | null {
  const ok = isRecord(payload) && text(payload.epoch) && number(payload.seq) && flag(payload.resumed);
  return ok ? (payload as unknown as JoinReply) : null;
}

/** Those that can be read, and how many cannot. */
function readable<T>(values: unknown, check: Check): { good: T[]; malformed: number } {
  if (!Array.isArray(values)) return { good: [], malformed: 1 };
  const good = values.filter(check) as T[];
  return { good, malformed: values.length - good.length };
}

/** The sessions of a snapshot or a list. One that cannot be read is left out and counted; the others stand. */
export function parseSessions(snapshot: unknown): { sessions: SessionView[]; events: SessionCountEvent[]; malformed: number } {
  const { sessions, session_events } = isRecord(snapshot) ? snapshot : {};
  const rows = readable<SessionView>(sessions, fits(sessionShape));
  const counts = readable<SessionCountEvent>(session_events ?? [], fits(shapes.session_event));
  return { sessions: rows.good, events: counts.good, malformed: rows.malformed + counts.malformed };
}

/** The snapshot of one session. */
export function parseSession(snapshot: unknown): (Omit<SessionSnapshot, 'epoch'> & { malformed: number }) | null {
  if (!isRecord(snapshot)) return null;
  const { session } = snapshot;
  if (session !== null && !fits(sessionShape)(session)) return null;
  const tasks = readable<RunningTask>(snapshot.tasks, fits<RunningTask>({ task_id: text, name: orNull(text), started_at: time }));
  const output = readable<OutputPiece>(snapshot.output, fits(shapes.stream_output));
  return { session: session as SessionView | null, tasks: tasks.good, output: output.good, malformed: tasks.malformed + output.malformed };
}

/** The open alerts of a snapshot or a list. */
export function parseAlerts(snapshot: unknown): { alerts: OpenAlert[]; malformed: number } {
  const shape: Shape<OpenAlert> = { id: text, seq: number, time, alerts: list, acknowledged_by: orNull(text) };
  const { good, malformed } = readable<OpenAlert>(isRecord(snapshot) ? snapshot.alerts : null, fits(shape));
  return { alerts: good, malformed };
}

export function parseMetrics(snapshot: unknown): FleetMetrics | null {
  return fits(metricsShape)(snapshot) ? (snapshot as FleetMetrics) : null;
}
