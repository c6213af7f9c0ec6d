import { expect, it } from 'vitest';
import type { SessionView } from '../src/data';
import { Ordering } from '../src/ordering';
import { byAttention, compareBy, keepFor } from '../src/pages/sessions/view';
import { session } from '../../clients/typescript/tests/samples';

const ids = (rows: readonly SessionView[]) => rows.map((row) => row.id).join('');
const everyone = () => true;

/** A small generator of its own: the same numbers with every run. */
function numbers(seed: number) {
  let state = seed;
  return (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

it('is the same list as long as nothing in it changed', () => {
  const [a, b] = [session('a'), session('b')];
  const ordering = new Ordering();
  const rows = ordering.update([a, b], byAttention, everyone);
  expect(ordering.update([a, b], byAttention, everyone)).toBe(rows);
});

it('is the same list when only rows changed that it leaves out', () => {
  const keep = keepFor({ project: 'a' });
  const others = Array.from({ length: 9 }, (_, n) => session(`x${n}`));
  const ordering = new Ordering();
  const rows = ordering.update([session('a'), ...others], compareBy(undefined), keep);
  expect(ids(rows)).toBe('a');
  const next = [rows[0]!, session('x0', { seq: 99 }), ...others.slice(1)];
  const compare = compareBy(undefined);
  ordering.update(next, compare, keep);
  const before = ordering.update(next, compare, keep);
  expect(ordering.update([rows[0]!, session('x0', { seq: 100 }), ...others.slice(1)], compare, keep)).toBe(before);
});

it('after any changes is what sorting all of them would give', () => {
  const random = numbers(7);
  for (const sort of [undefined, 'name', '-cost', 'tasks', '-seen'] as const) {
    const [compare, keep] = [compareBy(sort), keepFor({ q: '1' })];
    const ordering = new Ordering();
    let sessions: SessionView[] = [];
    let born = 0;
    for (let step = 0; step < 300; step++) {
      const next = [...sessions];
      const change = random(10);
      const at = random(next.length + 1);
      if (change < 3 || next.length < 8) {
        const id = `s${born++}`;
        next.push(session(id, { created_at: new Date(1e12 + random(50) * 1000).toISOString() }));
      } else if (change < 4) next.splice(at, 1);
      else if (next[at]) {
        next[at] = {
          ...next[at], seq: step, tasks_running: random(4), status: random(2) ? 'waiting' : 'active', name: `n${random(30)}`,
          waiting_since: new Date(1e12 + random(90) * 1000).toISOString(), usage: { ...next[at].usage, cost_usd: random(3) || null },
        };
      }
      sessions = next;
      expect(ids(ordering.update(sessions, compare, keep))).toBe(ids(sessions.filter(keep).sort(compare)));
    }
  }
});
