import { History, Minus, Plus } from 'lucide-react';
import { useFleetValue, type SessionCountEvent } from '../data';
import { IconButton } from '../design/Button';
import { Popover } from '../design/Popover';
import { RelativeTime } from '../design/Time';
import { wordsOf } from '../toasts/words';

const none: readonly SessionCountEvent[] = [];

/** The last ten changes of the number of sessions: what the toasts said, for those who were not looking. */
export function RecentChanges() {
  const changes = useFleetValue((fleet) => fleet.sessionEvents) ?? none;
  return (
    <Popover
      label="Recent changes"
      trigger={<IconButton label="Recent changes" data-testid="history"><History className="size-4" aria-hidden="true" /></IconButton>}
    >
      <h2 className="border-b border-line px-3 py-2 font-semibold">Recent changes</h2>
      {changes.length === 0 && <p className="px-3 py-4 text-quiet">No session has begun or ended yet.</p>}
      <ol className="py-1">
        {changes.map((change) => {
          const began = change.event_type === 'session_created';
          const Icon = began ? Plus : Minus;
          return (
            <li key={change.time} data-testid="history-entry" className="flex items-center gap-2 px-3 py-1.5">
              <Icon className={`size-3.5 shrink-0 ${began ? 'text-live' : 'text-error'}`} aria-hidden="true" />
              <span className="font-medium">{wordsOf(change).title}</span>
              <span className="text-quiet">{wordsOf(change).total}</span>
              <span className="ml-auto text-xs text-quiet"><RelativeTime time={change.time} /></span>
            </li>
          );
        })}
      </ol>
    </Popover>
  );
}
