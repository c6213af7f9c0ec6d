import { Bell, BellOff } from 'lucide-react';
import { NotificationSettings } from '../../attention/NotificationSettings';
import { notificationChoice } from '../../attention/notificationChoice';
import { waitsIn } from '../../attention/waits';
import { isLoaded } from '../../data';
import { Button } from '../../design/Button';
import { Popover } from '../../design/Popover';
import { Kbd } from '../../design/Surfaces';
import { RelativeTime } from '../../design/Time';
import { useFleetValue } from '../../fleetFrames';
import { Queue } from './Queue';
import { Relief } from './Relief';

/** Everybody who waits for a person or has failed, the oldest first, with what is asked and what can be said to it. */
export function NeedsYouPage() {
  const loaded = useFleetValue((fleet) => fleet !== null && isLoaded(fleet));
  const waits = useFleetValue(waitsIn);
  const [oldest] = waits;
  return (
    <div data-testid="needs-you" aria-busy={!loaded} className="grow overflow-auto">
      <div className="mx-auto flex min-h-full w-full max-w-4xl flex-col px-4 pt-5 pb-16 sm:px-6">
        <header className="flex flex-wrap items-end gap-x-3 gap-y-2">
          <div className="grow">
            <h1 className="text-lg font-semibold tracking-tight">Needs you</h1>
            {loaded && (
              <p className="text-quiet">
                {oldest
                  ? <>{waits.length} {waits.length === 1 ? 'session' : 'sessions'}, the first for <RelativeTime time={oldest.since} span /></>
                  : 'Who waits or fails appears here'}
              </p>
            )}
          </div>
          <NotificationsButton />
        </header>
        {oldest && <KeyLegend />}
        {!loaded ? null : oldest ? <Queue waits={waits} /> : <Relief />}
      </div>
    </div>
  );
}

const keys = [['j', 'k', 'Move'], ['a', 'Approve'], ['d', 'Deny'], ['r', 'Reply'], ['o', 'Open'], ['c', 'Copy']];

const KeyLegend = () => (
  <p aria-label="Keys" role="note" className="mt-3 flex flex-wrap gap-x-4 gap-y-1 text-xs text-quiet max-md:hidden">
    {keys.map((each) => (
      <span key={each.at(-1)} className="flex items-center gap-1">
        {each.slice(0, -1).map((key) => <Kbd key={key}>{key}</Kbd>)} {each.at(-1)}
      </span>
    ))}
  </p>
);

function NotificationsButton() {
  const { desktop, sound, muted } = notificationChoice.use();
  const on = (desktop || sound) && !muted;
  const Icon = on ? Bell : BellOff;
  return (
    <Popover
      label="Notifications"
      trigger={<Button data-testid="notifications"><Icon className="size-3.5" aria-hidden="true" /> Notifications {on ? 'on' : muted ? 'muted' : 'off'}</Button>}
    >
      <div className="p-4"><NotificationSettings /></div>
    </Popover>
  );
}
