import { Ban, Check, X, Zap, type LucideIcon } from 'lucide-react';
import { useMemo, type ReactNode } from 'react';
import type { RunningTask, TaskOutcome } from '../../../data';
import { duration } from '../../../design/format';
import { EmptyState } from '../../../design/Surfaces';
import { Duration } from '../../../design/Time';
import { LogFoot, type PageLog } from '../LogFoot';
import { dayOf, exactTime } from '../times';
import { endedTasks, taskName } from './taskList';

const outcomes: Record<TaskOutcome, { word: string; Icon: LucideIcon; color: string }> = {
  completed: { word: 'Finished', Icon: Check, color: 'text-live' },
  failed: { word: 'Failed', Icon: X, color: 'text-error' },
  cancelled: { word: 'Cancelled', Icon: Ban, color: 'text-quiet' },
};

const when = (time: string): string => {
  const day = dayOf(time);
  return day === 'Today' ? exactTime(time) : `${day}, ${exactTime(time)}`;
};

/** What runs, for how long by now; and what has ended, how, and how long it took. */
export function Tasks({ page, running, id }: { page: PageLog; running: readonly RunningTask[]; id: string }) {
  const events = page.log?.events;
  const ended = useMemo(() => endedTasks(events ?? []), [events]);
  if (page.log !== null && page.log.edge !== null && running.length === 0 && ended.length === 0) {
    return <EmptyState title="It has had no task">Agents tell of tasks such as sub-agents and suites; this one did not.</EmptyState>;
  }
  return (
    <div className="min-h-0 grow overflow-auto" tabIndex={0} role="region" aria-label="Tasks" data-testid="tasks-panel">
      <table className="w-full text-left">
        <thead className="text-xs text-quiet">
          <tr className="h-9 border-b border-line">
            <th scope="col" className="pl-4 font-medium sm:pl-5">Task</th>
            <th scope="col" className="w-28 font-medium">How it stands</th>
            <th scope="col" className="hidden w-44 font-medium sm:table-cell">Began</th>
            <th scope="col" className="w-20 pr-4 text-right font-medium sm:pr-5">Duration</th>
          </tr>
        </thead>
        <tbody>
          {running.map((task) => (
            <Line
              key={task.task_id} name={taskName(task)} began={task.started_at} duration={<Duration from={task.started_at} to={null} />}
              stands={<span className="inline-flex items-center gap-1.5 font-medium text-working"><Zap className="size-3.5" aria-hidden="true" />Running</span>}
            />
          ))}
          {ended.map(({ key, name, outcome, startedAt, seconds }) => {
            const { word, Icon, color } = Object.hasOwn(outcomes, outcome) ? outcomes[outcome] : { word: outcome, Icon: Check, color: 'text-quiet' };
            return (
              <Line
                key={key} name={name} began={startedAt} duration={duration(seconds)}
                stands={<span className={`inline-flex items-center gap-1.5 ${color}`}><Icon className="size-3.5" aria-hidden="true" />{word}</span>}
              />
            );
          })}
        </tbody>
      </table>
      <LogFoot page={page} id={id} />
    </div>
  );
}

const Line = ({ name, stands, began, duration: took }: { name: string; stands: ReactNode; began: string; duration: ReactNode }) => (
  <tr data-testid="task" className="h-10 border-b border-line">
    <td className="py-1.5 pr-3 pl-4 font-medium [overflow-wrap:anywhere] sm:pl-5">{name}</td>
    <td className="whitespace-nowrap">{stands}</td>
    <td className="hidden text-quiet tabular-nums sm:table-cell">{when(began)}</td>
    <td className="pr-4 text-right tabular-nums sm:pr-5">{took}</td>
  </tr>
);
