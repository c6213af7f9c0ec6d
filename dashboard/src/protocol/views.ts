/** The words and views of the hub's wire contract, as the hub writes them. Times are RFC 3339 UTC strings. */

export type SessionStatus = 'initializing' | 'active' | 'idle' | 'waiting' | 'error' | 'terminating' | 'terminated';
export type SessionState = 'working' | 'idle' | 'error';
export type WaitingFor = 'permission' | 'question' | 'plan' | 'elicitation' | 'auth' | 'input';
export type CostSource = 'reported' | 'computed' | 'mixed' | 'unknown';
export type TerminationReason = 'completed' | 'terminated' | 'expired' | 'crashed';
export type Metadata = Readonly<Record<string, unknown>>;

/** Tokens and money. `input_tokens` holds the cached ones too; `cost_usd` is null when unknown. */
export interface Usage {
  input_tokens: number;
  cache_read_tokens: number;
  cache_write_tokens: number;
  output_tokens: number;
  total_tokens: number;
  cost_usd: number | null;
  cost_source: CostSource;
}

/** Everything a watcher may know of one session. */
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
  metadata: Metadata;
  created_at: string;
  updated_at: string;
  last_seen_at: string;
  ended_at: string | null;
  version: number;
  seq: number;
}

/** The fields that `session_updated` may carry: an absent one is as before, an explicit null clears. */
export interface SessionChanges {
  name?: string | null;
  agent?: string | null;
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
  metadata?: Metadata;
}

/** The aggregate of the fleet: the seven fields of `session_update`. */
export interface FleetMetrics {
  duration_seconds: number;
  total_tokens: number;
  input_tokens: number;
  output_tokens: number;
  estimated_cost_usd: number;
  tasks_running: number;
  is_paused: boolean;
}

export interface Alert {
  level: 'info' | 'warning' | 'error';
  type: string;
  message: string;
  value?: number;
  threshold?: number;
  subject?: string;
}

/** The answer to a join, and the payload of `resync`. Without a snapshot, what was missed follows as events. */
export interface JoinReply {
  epoch: string;
  seq: number;
  resumed: boolean;
  snapshot: unknown;
}
