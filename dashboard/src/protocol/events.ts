import type {
  Alert, FleetMetrics, Metadata, SessionChanges, SessionStatus, SessionView, TerminationReason, Usage,
} from './views';

/** A part of `realtime_update`: its figures, or why its source could not be read. */
type Part = Readonly<Record<string, unknown>> | { error: string };

/** Every event's payload by the event's name. `seq` is 0 for an event that is not in the hub's log. */
export interface EventPayloads {
  session_created: { seq: number; time: string; session_id: string; metadata: Metadata; session: SessionView };
  session_status: {
    seq: number;
    time: string;
    session_id: string;
    status: SessionStatus;
    previous_status: SessionStatus;
    updated_at: string;
    error?: string;
  };
  session_updated: {
    seq: number;
    time: string;
    session_id: string;
    updated_at: string;
    version?: number;
  } & SessionChanges;
  session_terminated: {
    seq: number;
    time: string;
    session_id: string;
    reason: TerminationReason;
    error?: string;
  };
  task_started: { seq: number; time: string; session_id: string; task_id: string; name?: string };
  task_completed: {
    seq: number;
    time: string;
    session_id: string;
    task_id: string;
    name?: string;
    outcome: 'completed' | 'failed' | 'cancelled';
    duration_seconds: number;
  };
  stream_output: {
    seq: number;
    time: string;
    session_id: string;
    stream: 'stdout' | 'stderr' | 'assistant' | 'tool';
    text: string;
    index: number;
  };
  message_complete: {
    seq: number;
    time: string;
    session_id: string;
    message_id?: string;
    usage?: Usage;
    cancelled: boolean;
  };
  error: { seq: number; time: string; session_id: string; error: string; code: string | null };
  session_event: {
    seq: number;
    time: string;
    event_type: 'session_created' | 'session_destroyed';
    current_count: number;
    previous_count: number;
    delta: number;
    created: number | null;
    destroyed: number | null;
    time_since_last_event: number | null;
    source: string;
  };
  session_update: { seq: number; time: string } & FleetMetrics;
  realtime_update: {
    seq: number;
    time: string;
    metrics: Part;
    hosts?: Part;
    containers?: Part;
    sessions: { active_count: number; total_count: number; by_status: Readonly<Record<string, number>> } | { error: string };
    sources?: Part;
  };
  system_alert: { seq: number; time: string; id: string; alerts: Alert[] };
  alert_acknowledged: { seq: number; time: string; id: string; by: string };
  alert_resolved: { seq: number; time: string; id: string };
  fleet_paused: { seq: number; time: string };
  fleet_resumed: { seq: number; time: string };
}

/** One event as it arrives: its name and its payload. Handle it with a `switch` that ends in `never`. */
export type HubEvent = {
  [K in keyof EventPayloads]: { event: K; payload: EventPayloads[K] };
}[keyof EventPayloads];

export type EventName = keyof EventPayloads;
export type SessionCountEvent = EventPayloads['session_event'];
