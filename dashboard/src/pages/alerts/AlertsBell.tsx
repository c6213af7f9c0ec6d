import { Link } from '@tanstack/react-router';
import { Bell, Check } from 'lucide-react';
import { useAlerts, useRefusal } from '../../data';
import { IconButton } from '../../design/Button';
import { Popover, PopoverClose } from '../../design/Popover';
import { Refused } from '../../design/Refused';
import { RelativeTime } from '../../design/Time';
import { nameOf } from './kinds';
import { looks } from './LevelBadge';
import { Subject } from './Subject';
import { useAcknowledge } from './useAcknowledge';
import { badgeCount, headOf, inOrder, messageOf, titleOf, unseenOf } from './words';

const LATEST = 5;

/** The bell: how many open alerts nobody has acknowledged, and the first of them. Not there for a key that may see none. */
export function AlertsBell() {
  const open = useAlerts()?.open ?? [];
  const unseen = unseenOf(open).length;
  if (useRefusal('alerts')) return null;
  return (
    <Popover
      label="Alerts"
      trigger={(
        <IconButton label={unseen === 0 ? 'Alerts' : `Alerts, ${unseen} not acknowledged`} data-testid="alerts-bell" className="relative">
          <Bell className="size-4" aria-hidden="true" />
          {unseen > 0 && (
            <span
              data-testid="alerts-unread" aria-hidden="true"
              className="absolute -top-0.5 left-3.5 min-w-4 rounded-full bg-error px-1 text-center text-2xs leading-4 font-semibold text-surface tabular-nums"
            >
              {badgeCount(unseen)}
            </span>
          )}
        </IconButton>
      )}
    >
      <Latest />
    </Popover>
  );
}

function Latest() {
  const open = useAlerts()?.open ?? [];
  const { mutate: acknowledge, error } = useAcknowledge();
  return (
    <div data-testid="alerts-popover">
      <h2 className="border-b border-line px-3 py-2 font-semibold">Alerts</h2>
      {error && <Refused what="This could not be acknowledged." why={error} />}
      {open.length === 0 && <p className="px-3 py-4 text-quiet">Nothing is wrong.</p>}
      <ul className="py-1">
        {inOrder(open).slice(0, LATEST).map((alert) => {
          const head = headOf(alert);
          const { Icon, text, word } = looks[head.level];
          return (
            <li key={alert.id} className="flex items-start gap-2 px-3 py-1.5">
              <Icon className={`mt-0.5 size-4 shrink-0 ${text}`} role="img" aria-label={word} />
              <div className={`flex min-w-0 grow flex-col ${alert.acknowledged_by === null ? '' : 'text-quiet'}`}>
                <Subject alert={head} />
                <span className="text-xs text-quiet">{messageOf(head)}, <RelativeTime time={alert.time} /></span>
              </div>
              {alert.acknowledged_by === null && (
                <IconButton label={`Acknowledge: ${nameOf(head.type)}, ${titleOf(head)}`} onClick={() => acknowledge([alert.id])}>
                  <Check className="size-4" aria-hidden="true" />
                </IconButton>
              )}
            </li>
          );
        })}
      </ul>
      <p className="border-t border-line px-3 py-2">
        <PopoverClose><Link to="/alerts" className="font-medium text-accent hover:underline">All alerts{open.length > LATEST ? ` (${open.length})` : ''}</Link></PopoverClose>
      </p>
    </div>
  );
}
