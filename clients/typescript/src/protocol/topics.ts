import type { HubEvent } from './events.js';
import type { TopicEvents } from './generated.js';

/** Everything that can be watched. */
export type Topic = 'sessions' | 'metrics' | 'alerts' | '*' | `session:${string}` | `project:${string}`;

/** What a topic is about; those that name something end in a colon. */
export type TopicKind = keyof TopicEvents;

export type KindOf<T extends Topic> = T extends `session:${string}` ? 'session:' : T extends `project:${string}` ? 'project:' : T;

/** The events that a topic tells. */
export type EventOf<T extends Topic> = Extract<HubEvent, { event: TopicEvents[KindOf<T> & TopicKind] }>;

export function kindOf(topic: Topic): TopicKind {
  if (topic.startsWith('session:')) return 'session:';
  if (topic.startsWith('project:')) return 'project:';
  return topic as 'sessions' | 'metrics' | 'alerts' | '*';
}

/** The id or the name that a topic names; empty for those that name nothing. */
export const subjectOf = (topic: Topic): string => topic.slice(topic.indexOf(':') + 1 || topic.length);

const ofSessions = { session_created: true, session_status: true, session_updated: true, session_terminated: true } as const;
const ofMetrics = { session_update: true, realtime_update: true } as const;
const ofAlerts = { system_alert: true, alert_acknowledged: true, alert_resolved: true } as const;
const ofTasks = { task_started: true, task_completed: true, message_complete: true, error: true } as const;

/** The hub's own table again, to be looked up; the types make a missing or a foreign event an error. */
const told: { readonly [K in TopicKind]: Readonly<Record<TopicEvents[K], true>> } = {
  sessions: { ...ofSessions, session_event: true },
  'project:': { ...ofSessions, session_event: true },
  'session:': { session_status: true, session_updated: true, session_terminated: true, ...ofTasks, stream_output: true },
  metrics: ofMetrics,
  alerts: ofAlerts,
  '*': {
    ...ofSessions, ...ofTasks, ...ofMetrics, ...ofAlerts, session_event: true, fleet_paused: true, fleet_resumed: true,
  },
};

/**
 * Whether a topic tells an event, where the transport does not say which topic it comes for. What a project's sessions do
 * does not name the project: `knows` says whether a session is one of them.
 */
export function tells(topic: Topic, event: HubEvent, knows: (sessionId: string) => boolean): boolean {
  const kind = kindOf(topic);
  if (!Object.hasOwn(told[kind], event.event)) return false;
  const { payload } = event;
  if (kind === 'session:') return 'session_id' in payload && payload.session_id === subjectOf(topic);
  if (event.event === 'session_event') return event.payload.project === (kind === 'project:' ? subjectOf(topic) : undefined);
  if (kind !== 'project:') return true;
  if (event.event === 'session_created') return event.payload.session.project === subjectOf(topic);
  return 'session_id' in payload && knows(payload.session_id);
}
