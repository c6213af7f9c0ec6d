import { describe, expect, it } from 'vitest';
import operating from '../../docs/operating.md?raw';
import type { Alert, AlertKind, AlertRules, OpenAlert } from '../src/data';
import { kindNames, kinds } from '../src/pages/alerts/kinds';
import { draftOf, patchOf } from '../src/pages/alerts/ruleDraft';
import { keepFor, toggled, validateAlertsSearch } from '../src/pages/alerts/search';
import { badgeCount, headOf, inOrder, limitOf, messageOf } from '../src/pages/alerts/words';
import { flagNames } from '../src/pages/settings/flagNames';
import { AT } from '../../clients/typescript/tests/samples';

const alert = (id: string, seq: number, head: Partial<Alert> = {}, by: string | null = null): OpenAlert => ({
  id, seq, time: AT, acknowledged_by: by, alerts: [{ level: 'warning', type: 'high_cpu', message: 'CPU of one at 81 %', subject: 'one', ...head }],
});
const rules = Object.fromEntries(kindNames.map((kind) => [kind, kinds[kind].usual])) as AlertRules;

/** The rows of a table of the guide, by what stands in the first column. */
const rowsOf = (text: string) => new Map([...text.matchAll(/^\| `(\w+)` \|(.*)\|$/gm)].map(([, name, rest]) => [name!, rest!.split('|').map((cell) => cell.trim())]));

describe('what the page knows of the hub', () => {
  it('is the table of rules in the guide, which the hub is checked against', () => {
    const table = rowsOf(operating);
    const cell = (value: number | null): string => (value === null ? '–' : String(value));
    for (const kind of kindNames) {
      const { unit, usual } = kinds[kind];
      expect([kind, table.get(kind)]).toEqual([kind, [unit, cell(usual.warning), cell(usual.error)]]);
    }
  });

  it('is every flag of the guide', () => {
    const section = operating.slice(operating.indexOf('## Feature flags'), operating.indexOf('## What is told how often'));
    expect([...flagNames].sort()).toEqual([...rowsOf(section).keys()].sort());
  });
});

describe('an alert', () => {
  it('comes first when nobody has seen it, then when it is worse, then when it is later', () => {
    const list = [alert('seen', 9, { level: 'error' }, 'ada'), alert('old', 1), alert('new', 2), alert('bad', 0, { level: 'error' })];
    expect(inOrder(list).map(({ id }) => id)).toEqual(['bad', 'new', 'old', 'seen']);
  });

  it('says of a session what the hub says, without its id', () => {
    const waiting: Alert = { level: 'warning', type: 'session_waiting', subject: 's1', message: 'session s1 waits for a person for 12 min', threshold: 600 };
    expect(messageOf(waiting)).toBe('Waits for a person for 12\u00a0min');
    expect(limitOf(waiting)).toBe('10m');
    expect(limitOf({ ...waiting, type: 'of_a_newer_hub' })).toBeNull();
  });

  it('without anything in it is shown as that', () => {
    expect(headOf({ alerts: [] }).message).toBe('This alert cannot be read');
  });

  it('counts to nine', () => {
    expect([0, 9, 10, 200].map(badgeCount)).toEqual(['0', '9', '9+', '9+']);
  });
});

describe('the view of the alerts', () => {
  it('is in the address, and nothing else of it', () => {
    expect(validateAlertsSearch({ tab: 'rules', level: ['error', 'loud'], type: 'high_cpu', q: 'x' })).toEqual({ tab: 'rules', level: ['error'], type: ['high_cpu'] });
    expect(validateAlertsSearch({ tab: 'x', level: 3 })).toEqual({});
  });

  it('keeps what is of one of the levels and of one of the types', () => {
    const keep = keepFor({ level: ['error'], type: ['high_cpu', 'host_down'] });
    expect([alert('a', 1), alert('b', 2, { level: 'error' }), alert('c', 3, { level: 'error', type: 'cost_budget' })].filter(keep).map(({ id }) => id)).toEqual(['b']);
    expect(toggled(['error'], 'warning', true)).toEqual(['error', 'warning']);
    expect(toggled(['error'], 'error', false)).toBeUndefined();
  });
});

describe('the rules that are typed', () => {
  const typed = (kind: AlertKind, warning: string, error: string) => patchOf(rules, { ...draftOf(rules), [kind]: { warning, error } });

  it('are sent only where they are others than before', () => {
    expect(patchOf(rules, draftOf(rules))).toBeNull();
    expect(typed('high_cpu', ' 70.5', '90 ')).toEqual({ high_cpu: { warning: 70.5 } });
  });

  it('are off when empty, and are for the hub to refuse when they are no number', () => {
    expect(typed('high_cpu', '', '')).toEqual({ high_cpu: { warning: null, error: null } });
    expect(typed('host_down', 'soon', '180')).toEqual({ host_down: { warning: 'soon' } });
  });
});
