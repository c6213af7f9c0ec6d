import type {
  AlertKind, AlertRule, FlagName, OutputStream, SessionState, SessionStatus, TaskOutcome, TerminationReason, WaitingFor,
} from '../protocol/generated.js';

type Metadata = Readonly<Record<string, unknown>>;

export type SessionOrder = 'updated_at' | 'created_at' | 'name' | 'status';

/** Which sessions, and which page of them. Live ones by default, the last changed first. */
export interface SessionFilter {
  readonly skip?: number;
  /** 1 to 200; 50 by default. */
  readonly limit?: number;
  readonly status?: SessionStatus | readonly SessionStatus[] | 'all';
  readonly state?: SessionState;
  readonly project?: string;
  readonly agent?: string;
  readonly host?: string;
  /** In id, name, project, cwd or model. */
  readonly search?: string;
  readonly order?: SessionOrder | `-${SessionOrder}`;
}

export interface NewSession {
  readonly id?: string;
  readonly name?: string | null;
  readonly agent?: string | null;
  readonly project?: string | null;
  readonly host?: string | null;
  readonly cwd?: string | null;
  readonly model?: string | null;
  readonly metadata?: Metadata;
  readonly status?: 'active' | 'idle';
  readonly lease_seconds?: number;
}

/** A merge patch: what it does not name stays, null clears. */
export type SessionPatch = Partial<Record<'name' | 'agent' | 'project' | 'host' | 'cwd' | 'model', string | null>> & { readonly metadata?: Metadata };

export interface StatusChange {
  readonly status: SessionStatus;
  readonly error_message?: string;
  readonly waiting_for?: WaitingFor;
  readonly waiting_text?: string;
}

/** Increments; a `request_id` that was seen before changes nothing. */
export interface UsageReport {
  readonly input_tokens?: number;
  readonly output_tokens?: number;
  readonly cache_read_tokens?: number;
  readonly cache_write_tokens?: number;
  readonly cost_usd?: number;
  readonly model?: string;
  readonly request_id?: string;
}

export interface Output {
  readonly text: string;
  readonly stream?: OutputStream;
}

/** What a person tells a session's owner. */
export interface MessageForOwner {
  readonly text: string;
  readonly images?: readonly unknown[];
  readonly config?: Metadata;
}

export interface Termination {
  readonly reason?: TerminationReason;
  readonly error?: string;
}

/** One of many commands in one request. */
export type Command =
  | ({ readonly type: 'create'; readonly session_id?: string } & Omit<NewSession, 'id'>)
  | ({ readonly session_id: string } & (
    | ({ readonly type: 'status' } & StatusChange)
    | ({ readonly type: 'update' } & SessionPatch)
    | { readonly type: 'start_task'; readonly task_id?: string; readonly name?: string }
    | { readonly type: 'complete_task'; readonly task_id: string; readonly outcome?: TaskOutcome }
    | ({ readonly type: 'usage' } & UsageReport)
    | ({ readonly type: 'output' } & Output)
    | { readonly type: 'message_complete'; readonly message_id?: string; readonly cancelled?: boolean }
    | { readonly type: 'error'; readonly error: string; readonly code?: string }
    | ({ readonly type: 'terminate' } & Termination)
    | { readonly type: 'pause' | 'resume' | 'heartbeat' }));

export interface EventRange {
  /** Events with a greater `seq`; 0 by default. */
  readonly after?: number;
  /** 1 to 1,000; 100 by default. */
  readonly limit?: number;
}

export type AlertRules = Readonly<Record<AlertKind, AlertRule>>;
/** What it does not name stays, null switches off. */
export type AlertRulesPatch = Partial<Record<AlertKind, Partial<AlertRule>>>;
export type Flags = Readonly<Record<FlagName, boolean>>;

/** What a token shall be good for: by default everything its maker may do, for 15 minutes. */
export interface TokenRequest {
  readonly scopes?: readonly ('report' | 'watch' | 'control' | 'operate')[];
  readonly projects?: readonly string[];
  readonly lifetime_seconds?: number;
}
