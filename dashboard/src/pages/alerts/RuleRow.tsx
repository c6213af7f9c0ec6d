import { RotateCcw } from 'lucide-react';
import { memo, useId, useRef } from 'react';
import type { AlertKind } from '../../data';
import { IconButton } from '../../design/Button';
import { Input } from '../../design/Input';
import { Switch } from '../../design/Switch';
import { inUnit, kinds, symbols } from './kinds';
import { looks } from './LevelBadge';
import { isOn, isSame, marks, textOf, type Mark, type RuleText } from './ruleDraft';

/** What the hub says is wrong: of a field, or of both together. */
export type Wrong = (field: string) => string | null;

/** One rule: on or off, and from which value on it warns or tells an error. */
export const RuleRow = memo(function RuleRow({ kind, rule, wrong, disabled, change }: {
  kind: AlertKind; rule: RuleText; wrong: Wrong; disabled: boolean; change: (kind: AlertKind, rule: RuleText) => void;
}) {
  const { name, measures, usual } = kinds[kind];
  const id = useId();
  const first = useRef<HTMLInputElement>(null);
  const usually = textOf(usual);
  const turn = (on: boolean): void => {
    change(kind, on ? usually : { warning: '', error: '' });
    // No limit is usual: it is typed.
    if (on && !isOn(usually)) first.current?.focus();
  };
  const both = wrong(kind);
  return (
    <li data-testid="rule" data-kind={kind} className="flex flex-wrap items-start gap-x-4 gap-y-2 border-b border-line px-4 py-3 last:border-0 sm:flex-nowrap">
      <span className="pt-0.5"><Switch label={name} describedBy={`${id}-measures`} checked={isOn(rule)} disabled={disabled} onChange={turn} /></span>
      <div className="min-w-0 grow basis-48 pt-1">
        <p className="font-medium">{name}</p>
        <p id={`${id}-measures`} className="text-quiet">{measures}</p>
        {both && <p id={`${id}-both`} className="mt-1 text-error">{sentence(both)}</p>}
      </div>
      <div className="flex gap-3 max-sm:ml-12">
        {marks.map((mark) => (
          <MarkField
            key={mark} kind={kind} mark={mark} value={rule[mark]} wrong={wrong(`${kind}.${mark}`)} disabled={disabled}
            describedBy={both ? `${id}-both` : null} input={mark === 'warning' ? first : null}
            onChange={(value) => change(kind, { ...rule, [mark]: value })}
          />
        ))}
        <IconButton
          label={`Reset ${name}`} className="mt-4.5" disabled={disabled || isSame(rule, usually)} onClick={() => change(kind, usually)}
        >
          <RotateCcw className="size-3.5" aria-hidden="true" />
        </IconButton>
      </div>
    </li>
  );
});

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

function MarkField({ kind, mark, value, wrong, disabled, describedBy, input, onChange }: {
  kind: AlertKind; mark: Mark; value: string; wrong: string | null; disabled: boolean; describedBy: string | null;
  input: React.Ref<HTMLInputElement> | null; onChange: (value: string) => void;
}) {
  const id = useId();
  const { name, unit } = kinds[kind];
  const { word, Icon, text } = looks[mark];
  const typed = value.trim() === '' ? Number.NaN : Number(value);
  const isTime = unit === 'seconds' && Number.isFinite(typed) && typed >= 60;
  return (
    <div className="w-28">
      <label htmlFor={id} className="flex items-center gap-1 text-xs leading-4.5 text-quiet">
        <Icon className={`size-3 ${text}`} aria-hidden="true" /> {word}<span className="sr-only"> of {name}, in {unit}</span>
      </label>
      <div className="relative">
        <Input
          id={id} ref={input} inputMode="decimal" value={value} placeholder="off" disabled={disabled} autoComplete="off"
          aria-invalid={wrong !== null || describedBy !== null} aria-describedby={wrong ? `${id}-wrong` : (describedBy ?? undefined)}
          onChange={(event) => onChange(event.target.value)} className="w-full pr-7 tabular-nums aria-invalid:border-error"
        />
        <span className="pointer-events-none absolute top-1 right-2 text-quiet" aria-hidden="true">{symbols[unit]}</span>
      </div>
      {wrong ? <p id={`${id}-wrong`} className="mt-1 text-xs text-error">{sentence(wrong)}</p>
        : isTime && <p className="mt-0.5 text-xs text-quiet">{inUnit(typed, unit)}</p>}
    </div>
  );
}
