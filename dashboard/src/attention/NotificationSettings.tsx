import { useId, useState, type ReactNode } from 'react';
import { Button } from '../design/Button';
import { Input } from '../design/Input';
import { Switch } from '../design/Switch';
import { allowSound, askPermission, chime, permission } from './bells';
import { isTimeOfDay, longestDelaySeconds, notificationChoice, type NotificationChoice } from './notificationChoice';

const whyNot = {
  unsupported: 'This browser shows none for this address. It needs https, or the hub on this machine.',
  denied: 'This browser blocks them for this page. Allow them in its settings for this site, then try again.',
  default: null,
  granted: null,
} as const;

/** How a person is told of a session that waits. Kept by this browser, for all its tabs. */
export function NotificationSettings() {
  const choice = notificationChoice.use();
  const change = (by: Partial<NotificationChoice>): void => notificationChoice.write({ ...notificationChoice.read(), ...by });
  const [allowed, setAllowed] = useState(permission);
  const desktop = choice.desktop && allowed === 'granted';
  const any = desktop || choice.sound;

  const switchDesktop = async (on: boolean): Promise<void> => {
    if (!on) return change({ desktop: false });
    const answer = await askPermission();
    setAllowed(answer);
    change({ desktop: answer === 'granted' });
  };
  const switchSound = (on: boolean): void => {
    change({ sound: on });
    if (!on) return;
    allowSound();
    // As it will sound. The browser takes a moment to open the loudspeaker for the first time.
    setTimeout(chime, 100);
  };

  return (
    <div data-testid="notification-settings" className="flex flex-col gap-4">
      <Option label="Desktop notifications" checked={desktop} disabled={allowed === 'unsupported'} onChange={(on) => void switchDesktop(on)}>
        {whyNot[allowed] ?? 'One for each session that waits or fails. A click opens it.'}
      </Option>
      <Option label="Sound" checked={choice.sound} onChange={switchSound}>
        Two soft tones. {choice.sound && <Button look="bare" className="-my-1 h-6!" onClick={() => { allowSound(); chime(); }}>Play</Button>}
      </Option>
      <Field label="After" hint="Who is answered by then does not ring. Nor does what you are looking at.">
        {(id) => (
          <span className="flex items-center gap-2">
            <Input
              id={id} type="number" min={0} max={longestDelaySeconds} value={choice.delaySeconds} disabled={!any} className="w-18 text-right tabular-nums disabled:opacity-50"
              onChange={({ target }) => { if (target.value !== '' && target.validity.valid) change({ delaySeconds: target.valueAsNumber }); }}
            />
            <span className="text-quiet">seconds</span>
          </span>
        )}
      </Field>
      <Option label="Quiet hours" checked={choice.quiet} onChange={(quiet) => change({ quiet })}>
        <span className="mt-1 flex items-center gap-2">
          <Time label="Quiet from" value={choice.quietFrom} disabled={!choice.quiet} onChange={(quietFrom) => change({ quietFrom })} />
          <span>to</span>
          <Time label="Quiet until" value={choice.quietTo} disabled={!choice.quiet} onChange={(quietTo) => change({ quietTo })} />
        </span>
      </Option>
      <Option label="Mute" checked={choice.muted} onChange={(muted) => change({ muted })}>
        Nothing at all, until this is off again.
      </Option>
    </div>
  );
}

/** Something that is on or off, with a word about it. */
function Option({ label, checked, disabled = false, onChange, children }: {
  label: string; checked: boolean; disabled?: boolean; onChange: (checked: boolean) => void; children: ReactNode;
}) {
  const id = useId();
  return (
    <div>
      <div className="flex items-center justify-between gap-4">
        <label htmlFor={id} className="font-medium">{label}</label>
        <Switch id={id} label={label} describedBy={`${id}-about`} checked={checked} disabled={disabled} onChange={onChange} />
      </div>
      <div id={`${id}-about`} className="mt-0.5 pr-12 text-xs text-quiet">{children}</div>
    </div>
  );
}

function Field({ label, hint, children }: { label: string; hint: string; children: (id: string) => ReactNode }) {
  const id = useId();
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-4">
      <label htmlFor={id} className="font-medium">{label}</label>
      {children(id)}
      <p className="mt-0.5 w-full text-xs text-quiet">{hint}</p>
    </div>
  );
}

const Time = ({ label, value, disabled, onChange }: { label: string; value: string; disabled: boolean; onChange: (time: string) => void }) => (
  <Input
    type="time" aria-label={label} value={value} disabled={disabled} className="tabular-nums disabled:opacity-50"
    onChange={({ target }) => { if (isTimeOfDay(target.value)) onChange(target.value); }}
  />
);
