import { memo } from 'react';
import type { AlertView, OpenAlert } from '../../data';
import { Button } from '../../design/Button';
import { Duration, RelativeTime } from '../../design/Time';
import { nameOf } from './kinds';
import { LevelBadge } from './LevelBadge';
import { Subject } from './Subject';
import { headOf, isResolved, limitOf, messageOf, titleOf } from './words';

/** One alert. Rendered again only when it is another object. */
export const AlertRow = memo(function AlertRow({ alert, acknowledge }: {
  alert: OpenAlert | AlertView; acknowledge: ((ids: string[]) => void) | null;
}) {
  const head = headOf(alert);
  const limit = limitOf(head);
  const seen = alert.acknowledged_by !== null;
  return (
    <li
      data-testid="alert" data-alert-id={alert.id} data-seen={seen}
      className="flex flex-wrap items-start gap-x-3 gap-y-1 border-b border-line px-4 py-3 sm:flex-nowrap sm:px-5"
    >
      <span className="w-20 shrink-0"><LevelBadge level={head.level} seen={seen || isResolved(alert)} /></span>
      <div className={`min-w-0 grow basis-48 ${seen || isResolved(alert) ? 'text-quiet' : ''}`}>
        <p className="flex min-w-0 items-baseline gap-2">
          <Subject alert={head} />
          {head.subject !== undefined && <span className="shrink-0 text-xs text-quiet">{nameOf(head.type)}</span>}
        </p>
        <p className="text-quiet">{messageOf(head)}{limit !== null && `; the limit is ${limit}`}</p>
      </div>
      <div className="flex shrink-0 items-center gap-3 max-sm:ml-23">
        <span className="text-xs text-quiet">
          {isResolved(alert)
            ? <>Over after <Duration from={alert.time} to={alert.resolved_at} />, <RelativeTime time={alert.resolved_at} /></>
            : <RelativeTime time={alert.time} />}
        </span>
        {seen && <span className="text-xs text-quiet">Seen by {alert.acknowledged_by}</span>}
        {!seen && acknowledge && !isResolved(alert) && (
          <Button aria-label={`Acknowledge: ${nameOf(head.type)}, ${titleOf(head)}`} onClick={() => acknowledge([alert.id])}>
            Acknowledge
          </Button>
        )}
      </div>
    </li>
  );
});
