import type { AlertKind, AlertRule, AlertRules, AlertRulesPatch } from '../../data';
import { kindNames } from './kinds';

export const marks = ['warning', 'error'] as const;
export type Mark = (typeof marks)[number];

/** A rule as it is typed; an empty mark is off. */
export type RuleText = Record<Mark, string>;
export type Draft = Record<AlertKind, RuleText>;

const text = (value: number | null): string => (value === null ? '' : String(value));
export const textOf = ({ warning, error }: AlertRule): RuleText => ({ warning: text(warning), error: text(error) });

const off: AlertRule = { warning: null, error: null };

export const draftOf = (rules: AlertRules): Draft =>
  Object.fromEntries(kindNames.map((kind) => [kind, textOf(rules[kind] ?? off)])) as Draft;

/** Nothing is off; what is no number is said as it was typed, for the hub to refuse. */
const valueOf = (typed: string): unknown => {
  const trimmed = typed.trim();
  return trimmed === '' ? null : Number.isNaN(Number(trimmed)) ? trimmed : Number(trimmed);
};

/** What saving would change; null for nothing. */
export function patchOf(rules: AlertRules, draft: Draft): AlertRulesPatch | null {
  const before = draftOf(rules);
  const patch: Partial<Record<AlertKind, Partial<Record<Mark, unknown>>>> = {};
  for (const kind of kindNames) {
    for (const mark of marks) {
      if (draft[kind][mark].trim() !== before[kind][mark]) patch[kind] = { ...patch[kind], [mark]: valueOf(draft[kind][mark]) };
    }
  }
  return Object.keys(patch).length > 0 ? (patch as AlertRulesPatch) : null;
}

export const isOn = ({ warning, error }: RuleText): boolean => warning.trim() !== '' || error.trim() !== '';
export const isSame = (a: RuleText, b: RuleText): boolean => marks.every((mark) => a[mark].trim() === b[mark]);
