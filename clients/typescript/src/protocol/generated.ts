// Made from the records of src/Rollcall.Protocol, all in one file because nobody edits it. To make it anew:
// ROLLCALL_GOLDEN=write dotnet run --project tests/Rollcall.Server.Tests -- --filter-class '*GoldenTests'

export type SessionStatus = 'initializing' | 'active' | 'idle' | 'waiting' | 'error' | 'terminating' | 'terminated';
export type SessionState = 'working' | 'idle' | 'error';
export type WaitingFor = 'permission' | 'question' | 'plan' | 'elicitation' | 'auth' | 'input';
export type CostSource = 'unknown' | 'reported' | 'computed' | 'mixed';
export type TerminationReason = 'completed' | 'terminated' | 'expired' | 'crashed';
export type TaskOutcome = 'completed' | 'failed' | 'cancelled';
export type OutputStream = 'stdout' | 'stderr' | 'assistant' | 'tool';
export type AlertLevel = 'info' | 'warning' | 'error';
export type AlertKind = 'high_cpu' | 'high_memory' | 'high_error_rate' | 'host_down' | 'container_down' | 'cost_budget' | 'session_waiting' | 'session_failing';
export type HostStatus = 'up' | 'stale' | 'down';
export type FlagName = 'session_events' | 'realtime_updates' | 'host_stats' | 'alerts' | 'selective_subscriptions';

export interface Usage {
  input_tokens: number;
  cache_read_tokens: number;
  cache_write_tokens: number;
  output_tokens: number;
  total_tokens: number;
  cost_usd: number | null;
  cost_source: CostSource;
}

export interface SessionView {
  id: string;
  name: string | null;
  agent: string | null;
  project: string | null;
  host: string | null;
  cwd: string | null;
  model: string | null;
  status: SessionStatus;
  state: SessionState;
  waiting_for: WaitingFor | null;
  waiting_since: string | null;
  waiting_text: string | null;
  error_message: string | null;
  is_paused: boolean;
  stale: boolean;
  tasks_running: number;
  usage: Usage;
  metadata: Readonly<Record<string, unknown>>;
  created_at: string;
  updated_at: string;
  last_seen_at: string;
  ended_at: string | null;
  version: number;
  seq: number;
}

export interface RunningTask {
  task_id: string;
  name: string | null;
  started_at: string;
}

export interface SessionCounts {
  active_count: number;
  total_count: number;
  by_status: Readonly<Record<string, number>>;
}

export interface Alert {
  level: AlertLevel;
  type: string;
  message: string;
  value?: number;
  threshold?: number;
  subject?: string;
}

export interface SessionList {
  sessions: SessionView[];
  total: number;
  skip: number;
  limit: number;
  page: number;
  pages: number;
  seq: number;
  epoch: string;
}

export interface SessionCountAnswer {
  active_sessions: number;
  total_sessions: number;
  by_status: Readonly<Record<string, number>>;
  seq: number;
  epoch: string;
}

export interface CommandAnswer {
  ok: boolean;
  seq: number;
  session: SessionView;
  task_id?: string;
}

export interface Told {
  ok: boolean;
  seq: number;
}

export interface SessionOwner {
  owned: boolean;
  key: string | null;
  since: string | null;
}

export interface BatchItem {
  ok: boolean;
  seq?: number;
  session_id?: string;
  task_id?: string;
  code?: string;
  message?: string;
  field?: string;
}

export interface EventPage {
  events: unknown[];
  seq: number;
  head: number;
  pruned_to: number;
  output_pruned_to: number;
  epoch: string;
}

export interface FleetAnswer {
  duration_seconds: number;
  total_tokens: number;
  input_tokens: number;
  output_tokens: number;
  estimated_cost_usd: number;
  tasks_running: number;
  is_paused: boolean;
  seq: number;
  time: string;
  epoch: string;
}

export interface FleetThen {
  seq: number;
  time: string;
  epoch: string;
  fleet: FleetAnswer;
  by_status: Readonly<Record<string, number>>;
  sessions: SessionView[];
}

export interface AlertView {
  id: string;
  seq: number;
  time: string;
  status: 'open' | 'resolved';
  alerts: Alert[];
  acknowledged_by: string | null;
  resolved_at: string | null;
}

export interface AlertsAnswer {
  alerts: AlertView[];
  next_before: number | null;
}

export interface AlertRule {
  warning: number | null;
  error: number | null;
}

export interface HostFigures {
  cpu_percent: number | null;
  memory_percent: number | null;
  disk_percent: number | null;
  load_1m: number | null;
  containers?: ContainerFigures[];
}

export interface ContainerFigures {
  name: string;
  state: string;
  status: string | null;
  image: string | null;
  cpu_percent: number | null;
  memory_bytes: number | null;
  memory_limit_bytes: number | null;
  memory_percent: number | null;
}

export interface Host {
  status: HostStatus;
  own: boolean;
  last_seen_at: string;
  figures: HostFigures;
}

export interface HostsAnswer {
  hosts: Readonly<Record<string, Host>>;
  containers: ContainerFigures[] | null;
}

export interface PartState {
  error: string | null;
  failures: number;
  since: string;
}

export interface DetectorSource {
  source: string;
  current_count: number | null;
  baseline: number | null;
  window_open: boolean;
  last_counted_at: string | null;
  last_event_at: string | null;
  failures: number;
  error: string | null;
  history: EventPayloads['session_event'][];
}

export interface DetectorAnswer {
  window_ms: number;
  enabled: boolean;
  sources: DetectorSource[];
  health: Readonly<Record<string, PartState>>;
}

export interface TokenAnswer {
  token: string;
  expires_at: string;
  scopes: string[];
  projects: string[] | null;
}

export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  errors?: Readonly<Record<string, string[]>>;
}

/** Every event's payload by the event's name. */
export interface EventPayloads {
  session_created: {
    seq: number;
    time: string;
    session_id: string;
    metadata: Readonly<Record<string, unknown>>;
    session: SessionView;
  };
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
    version: number;
    name?: string | null;
    agent?: string | null;
    project?: string | null;
    host?: string | null;
    cwd?: string | null;
    model?: string | null;
    status?: SessionStatus;
    state?: SessionState;
    waiting_for?: WaitingFor | null;
    waiting_since?: string | null;
    waiting_text?: string | null;
    error_message?: string | null;
    is_paused?: boolean;
    stale?: boolean;
    tasks_running?: number;
    usage?: Usage;
    metadata?: Readonly<Record<string, unknown>>;
    created_at?: string;
    ended_at?: string | null;
  };
  session_terminated: {
    seq: number;
    time: string;
    session_id: string;
    reason: TerminationReason;
    error?: string;
  };
  task_started: {
    seq: number;
    time: string;
    session_id: string;
    task_id: string;
    name?: string;
  };
  task_completed: {
    seq: number;
    time: string;
    session_id: string;
    task_id: string;
    name?: string;
    outcome: TaskOutcome;
    duration_seconds: number;
  };
  stream_output: {
    seq: number;
    time: string;
    session_id: string;
    stream: OutputStream;
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
  error: {
    seq: number;
    time: string;
    session_id: string;
    error: string;
    code: string | null;
  };
  fleet_paused: {
    seq: number;
    time: string;
  };
  fleet_resumed: {
    seq: number;
    time: string;
  };
  session_update: {
    seq: number;
    time: string;
    duration_seconds: number;
    total_tokens: number;
    input_tokens: number;
    output_tokens: number;
    estimated_cost_usd: number;
    tasks_running: number;
    is_paused: boolean;
  };
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
    project?: string;
  };
  realtime_update: {
    seq: number;
    time: string;
    metrics: Readonly<Record<string, unknown>>;
    hosts?: Readonly<Record<string, unknown>>;
    containers?: ContainerFigures[] | { error: string };
    sessions: SessionCounts | { error: string };
    sources?: Readonly<Record<string, unknown>>;
  };
  system_alert: {
    seq: number;
    time: string;
    id: string;
    alerts: Alert[];
  };
  alert_acknowledged: {
    seq: number;
    time: string;
    id: string;
    by: string;
  };
  alert_resolved: {
    seq: number;
    time: string;
    id: string;
  };
}

/** The events that each topic tells. */
export interface TopicEvents {
  'sessions': 'session_created' | 'session_status' | 'session_updated' | 'session_terminated' | 'session_event';
  '*': 'session_created' | 'session_status' | 'session_updated' | 'session_terminated' | 'task_started' | 'task_completed' | 'message_complete' | 'error' | 'fleet_paused' | 'fleet_resumed' | 'session_update' | 'session_event' | 'realtime_update' | 'system_alert' | 'alert_acknowledged' | 'alert_resolved';
  'project:': 'session_created' | 'session_status' | 'session_updated' | 'session_terminated' | 'session_event';
  'session:': 'session_status' | 'session_updated' | 'session_terminated' | 'task_started' | 'task_completed' | 'stream_output' | 'message_complete' | 'error';
  'metrics': 'session_update' | 'realtime_update';
  'alerts': 'system_alert' | 'alert_acknowledged' | 'alert_resolved';
}
