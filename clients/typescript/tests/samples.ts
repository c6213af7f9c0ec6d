import type { EventName, EventPayloads, HubEvent } from '../src/protocol/events.js';
import type { SessionView } from '../src/protocol/views.js';
import { emptyFleet, type FleetState } from '../src/fleet/state.js';

export const AT = '2026-09-14T08:00:00.000Z';

export function session(id: string, over: Partial<SessionView> = {}): SessionView {
  return {
    id, name: null, agent: 'claude-code', project: id, host: 'laptop', cwd: `/home/ada/${id}`, model: 'claude-sonnet',
    status: 'active', state: 'working', waiting_for: null, waiting_since: null, waiting_text: null, error_message: null,
    is_paused: false, stale: false, tasks_running: 0,
    usage: {
      input_tokens: 0, cache_read_tokens: 0, cache_write_tokens: 0, output_tokens: 0, total_tokens: 0, cost_usd: null,
      cost_source: 'unknown',
    },
    metadata: {}, created_at: AT, updated_at: AT, last_seen_at: AT, ended_at: null, version: 1, seq: 10, ...over,
  };
}

export function event<K extends EventName>(name: K, payload: Omit<EventPayloads[K], 'time' | 'seq'> & { seq?: number }): HubEvent {
  return { event: name, payload: { time: AT, seq: 11, ...payload } } as unknown as HubEvent;
}

export const fleet = (...sessions: SessionView[]): FleetState => ({ ...emptyFleet, epoch: 'e1', sessions });

export const status = (session_id: string, to: SessionView['status'], more: { error?: string; seq?: number } = {}): HubEvent =>
  event('session_status', { session_id, status: to, previous_status: 'active', updated_at: AT, ...more });

export const listOf = (sessions: SessionView[]) => ({ epoch: 'e1', seq: 10, sessions, total: sessions.length });
