import type { EventPayloads, SessionView } from './generated.js';

/** The words and views of the hub's wire contract, made from its own records. Times are RFC 3339 UTC strings. */
export type {
  Alert, AlertKind, AlertLevel, AlertRule, AlertView, CostSource, OutputStream, RunningTask, SessionState, SessionStatus, SessionView,
  TaskOutcome, TerminationReason, Usage, WaitingFor,
} from './generated.js';

export type Metadata = SessionView['metadata'];

/** The fields that `session_updated` may carry: an absent one is as before, an explicit null clears. */
export type SessionChanges = Omit<EventPayloads['session_updated'], 'seq' | 'time' | 'session_id' | 'updated_at' | 'version'>;

/** The aggregate of the fleet: the seven fields of `session_update`. */
export type FleetMetrics = Omit<EventPayloads['session_update'], 'seq' | 'time'>;

/** The answer to a join, and the payload of `resync`. Without a snapshot, what was missed follows as events. */
export interface JoinReply {
  epoch: string;
  seq: number;
  resumed: boolean;
  snapshot: unknown;
}
