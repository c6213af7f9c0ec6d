import type { RunningTask, TaskOutcome } from '../../../data';
import type { SessionEvent } from '../log/logState';

export interface EndedTask {
  key: string;
  name: string;
  outcome: TaskOutcome;
  startedAt: string;
  endedAt: string;
  seconds: number;
}

export const taskName = ({ name, task_id }: Pick<RunningTask, 'name' | 'task_id'>): string => name ?? task_id;

/** The tasks that ended, the latest first. A task's beginning may be older than what is known: its duration says when. */
export function endedTasks(events: readonly SessionEvent[]): EndedTask[] {
  const names = new Map<string, string>();
  const ended: EndedTask[] = [];
  for (const event of events) {
    if (event.event === 'task_started' && event.payload.name !== undefined) names.set(event.payload.task_id, event.payload.name);
    if (event.event !== 'task_completed') continue;
    const { seq, task_id, name, outcome, duration_seconds, time } = event.payload;
    ended.push({
      key: String(seq), name: name ?? names.get(task_id) ?? task_id, outcome, seconds: duration_seconds, endedAt: time,
      startedAt: new Date(Date.parse(time) - duration_seconds * 1_000).toISOString(),
    });
  }
  return ended.reverse();
}
