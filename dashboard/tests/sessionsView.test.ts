import { describe, expect, it } from 'vitest';
import { validateSessionsSearch } from '../src/pages/sessions/search';
import { compareBy, keepFor } from '../src/pages/sessions/view';
import { shownColumns } from '../src/pages/sessions/columnChoice';
import { parseSearch, stringifySearch } from '../src/searchText';
import { session } from '../../clients/typescript/tests/samples';

const known = (raw: Record<string, unknown>) => JSON.parse(JSON.stringify(validateSessionsSearch(raw))) as object;
const at = (second: number): string => new Date(1_789_372_800_000 + second * 1000).toISOString();

describe('the address', () => {
  it('says several words of one kind by repeating it, and comes back as it was', () => {
    const text = '?status=waiting&status=error&q=a+%26+b';
    expect(parseSearch(text)).toEqual({ status: ['waiting', 'error'], q: 'a & b' });
    expect(stringifySearch(parseSearch(text))).toBe(text);
    expect(stringifySearch({ q: undefined })).toBe('');
  });

  it('is taken as far as it can be understood', () => {
    expect(known({ sort: '-cost', q: 'x', status: 'waiting', tab: 'ended', attention: 'true' }))
      .toEqual({ sort: '-cost', q: 'x', status: ['waiting'], tab: 'ended', attention: true });
    expect(known({ sort: 'colour', q: '', status: ['asleep'], tab: 'x', attention: '1', project: ['a'], nobody: 'knows' })).toEqual({});
  });
});

describe('the order', () => {
  const names = (sort: Parameters<typeof compareBy>[0], ...sessions: ReturnType<typeof session>[]) =>
    sessions.sort(compareBy(sort)).map((each) => each.id).join(' ');

  it('has who waited longest on top, then failures, then work, then the rest', () => {
    expect(names(undefined,
      session('idle', { status: 'idle', state: 'idle' }), session('works'), session('failed', { status: 'error', state: 'error' }),
      session('new', { status: 'waiting', waiting_since: at(9) }), session('old', { status: 'waiting', waiting_since: at(1) }),
    )).toBe('old new failed works idle');
  });

  it('compares times, not their texts', () => {
    expect(names('duration', session('later', { created_at: '2026-09-14T08:00:00.5Z' }), session('first', { created_at: '2026-09-14T08:00:00Z' }))).toBe('later first');
  });

  it('has what is unknown at the end, either way', () => {
    const cost = (id: string, cost_usd: number | null) => session(id, { usage: { ...session(id).usage, cost_usd } });
    expect(names('cost', cost('none', null), cost('much', 9), cost('little', 1))).toBe('little much none');
    expect(names('-cost', cost('none', null), cost('much', 9), cost('little', 1))).toBe('much little none');
  });

  it('counts in names as people do', () => {
    expect(names('name', session('a', { name: 'Run 10' }), session('b', { name: 'run 9' }))).toBe('b a');
  });
});

it('searches every word anywhere in what a session is called and where it runs', () => {
  const found = (q: string) => keepFor({ q })(session('s1', { name: 'Fix the TEST', project: 'shop', host: 'build-2', waiting_text: 'deploy?' }));
  expect([found('test fix'), found('shop build-2'), found('deploy'), found('fix docs')]).toEqual([true, true, true, false]);
});

it('shows as many columns as there is room for, but what the reader chose always and the name in any case', () => {
  const ids = (choice: object, width: number) => shownColumns(choice, width).map((column) => column.id).join(' ');
  expect(ids({}, 640)).toBe('status name activity seen');
  expect(ids({ model: true, activity: false, name: false }, 640)).toBe('status name model seen');
  expect(ids({}, 1_400)).toBe('status name activity agent host tasks tokens cost duration seen');
});
