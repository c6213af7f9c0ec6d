import {
  fits, flag, isRecord, list, metricsShape, number, oneOf, optional, orNull, record, sessionShape, status, text, time, usage,
  type Check, type Shape,
} from './checks';
import type { EventName, EventPayloads, HubEvent, SessionCountEvent } from './events';
import type { FleetMetrics, JoinReply, SessionView } from './views';

const stamp = { seq: number, time };
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
  },
  session_update: { ...stamp, ...metricsShape },
  realtime_update: {
    ...stamp, metrics: record, hosts: optional(record), containers: optional(record), sessions: record, sources: optional(record),
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

/** The sessions of a snapshot or a list. One that cannot be read is left out and counted; the others stand. */
export function parseSessions(snapshot: unknown): { sessions: SessionView[]; events: SessionCountEvent[]; malformed: number } {
  const rows = isRecord(snapshot) && Array.isArray(snapshot.sessions) ? snapshot.sessions : null;
  const counts = isRecord(snapshot) && Array.isArray(snapshot.session_events) ? snapshot.session_events : [];
  const sessions = (rows ?? []).filter(fits(sessionShape)) as SessionView[];
  const events = counts.filter(fits(shapes.session_event)) as SessionCountEvent[];
  const malformed = rows === null ? 1 : rows.length - sessions.length + counts.length - events.length;
  return { sessions, events, malformed };
}

export function parseMetrics(snapshot: unknown): FleetMetrics | null {
  return fits(metricsShape)(snapshot) ? (snapshot as FleetMetrics) : null;
}
