import type { HubEvent, SessionView } from '../../../data';
import { plain } from '../../../plainText';
import { titleOf } from '../../../session';

/** What happened, in a sentence. `find` knows the sessions of that moment. */
export const wordsOf = (event: HubEvent, find: (id: string) => SessionView | undefined): string => plain(said(event, find));

function said({ event, payload }: HubEvent, find: (id: string) => SessionView | undefined): string {
  const who = 'session_id' in payload ? nameOf(payload.session_id, find) : '';
  switch (event) {
    case 'session_created': return `${titleOf(payload.session)} began`;
    case 'session_status': return `${who}: ${payload.previous_status} → ${payload.status}${payload.error === undefined ? '' : ` (${payload.error})`}`;
    case 'session_updated': return payload.status === 'initializing' ? `${who} begins another life` : `${who}: ${changes(payload)}`;
    case 'session_terminated': return `${who} ended: ${payload.reason}${payload.error === undefined ? '' : ` (${payload.error})`}`;
    case 'task_started': return `${who} began a task${payload.name === undefined ? '' : `: ${payload.name}`}`;
    case 'task_completed': return `${who}: a task was ${payload.outcome}${payload.name === undefined ? '' : `: ${payload.name}`}`;
    case 'stream_output': return `${who} wrote to ${payload.stream}`;
    case 'message_complete': return `${who} answered a message`;
    case 'error': return `${who} reported an error: ${payload.error}`;
    case 'system_alert': return `Alert: ${payload.alerts[0]?.message ?? payload.id}`;
    case 'alert_acknowledged': return `${payload.by} acknowledged an alert`;
    case 'alert_resolved': return 'An alert was resolved';
    case 'fleet_paused': return 'The fleet was paused';
    case 'fleet_resumed': return 'The fleet was resumed';
    case 'session_event': return `The number of sessions became ${payload.current_count}`;
    case 'session_update':
    case 'realtime_update': return 'The figures of the fleet changed';
  }
}

const nameOf = (id: string, find: (id: string) => SessionView | undefined): string => {
  const session = find(id);
  return session ? titleOf(session) : id;
};

const words: Readonly<Record<string, string>> = {
  usage: 'tokens and cost', tasks_running: 'tasks', name: 'name', model: 'model', is_paused: 'pause', stale: 'silence', metadata: 'metadata',
  error_message: 'error', waiting_text: 'question', waiting_for: 'question', status: 'status',
};

function changes(payload: object): string {
  const told = [...new Set(Object.keys(payload).map((key) => words[key]).filter((word) => word !== undefined))];
  return told.length === 0 ? 'changed' : `${told.join(', ')} changed`;
}
