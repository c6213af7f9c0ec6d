import { describe, expect, it } from 'vitest';
import { best, FIELD, score, wordsIn } from '../src/palette/fuzzy';
import { listed } from '../src/palette/listed';
import { Waits } from '../src/attention/waits';
import type { Command } from '../src/commands';
import { session } from '../../clients/typescript/tests/samples';

const found = (query: string, ...texts: string[]) => best(texts, (text) => text.toLowerCase(), wordsIn(query), 10).map(({ item }) => item);

describe('a fuzzy search', () => {
  it('takes what begins a word first, then what is inside of one, then letters in their order', () => {
    expect(found('test', 'the attest', 'tea east', 'run the tests')).toEqual(['run the tests', 'the attest', 'tea east']);
  });

  it('needs every word, each where it likes', () => {
    expect(found('docs fix', `fix the guide${FIELD}docs`, `fix the shop${FIELD}shop`)).toEqual([`fix the guide${FIELD}docs`]);
  });

  it('does not put letters of two fields together, nor such that stand far apart', () => {
    expect(score(['ab'], `a${FIELD}b`)).toBeNull();
    expect(score(['ab'], 'a long way to b')).toBeNull();
    expect(score(['ab'], 'a long way, a b')).not.toBeNull();
  });

  it('keeps the few that sorting all of them would', () => {
    const texts = Array.from({ length: 500 }, (_, n) => `${'xyz'[n % 3]}${'abc'[n % 7 % 3]} ${(n * 7919) % 500} ab`);
    const all = texts.map((text) => ({ text, points: score(['ab', '1'], text) })).filter(({ points }) => points !== null);
    const sorted = all.sort((a, b) => b.points! - a.points!).map(({ text }) => text);
    expect(best(texts, (text) => text, ['ab', '1'], 20).map(({ item }) => item)).toEqual(sorted.slice(0, 20));
  });
});

describe('the palette', () => {
  const command = (id: string, name: string, group?: string): Command => ({ id, name, run: () => {}, ...(group ? { group } : {}) });
  const commands = [command('next', 'Go to the next session'), command('go', 'Go to Alerts', 'Pages'), command('palette', 'Open the command palette', 'Everywhere')];
  const rows = [
    session('a', { name: 'Fix the alerts' }), session('b', { name: 'Write', status: 'waiting', waiting_since: '2026-09-14T08:02:00Z' }), session('c', { state: 'error', status: 'error' }),
    session('d', { name: 'Ask', status: 'waiting', waiting_since: '2026-09-14T08:01:00Z' }),
  ];
  const shown = (query: string) => listed(query, commands, rows, new Waits().update(rows)).map(({ name, choices }) => `${name}: ${choices.map(({ key }) => key)}`);

  it('begins with who needs a person, the oldest first, and where one can go', () => {
    expect(shown('')).toEqual(['Needs you: session-c,session-d,session-b', 'Pages: command-go', 'This page: command-next']);
  });

  it('has the better answer on top, a command or a session', () => {
    expect(shown('fix')).toEqual(['Sessions: session-a']);
    expect(shown('go alerts')[0]).toBe('Pages: command-go');
    expect(shown('fix al')[0]).toBe('Sessions: session-a');
  });
});
