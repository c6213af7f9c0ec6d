import { expect, it } from 'vitest';
import { ago, compact, dollars, duration } from '../src/design/format';

const AT = '2026-09-14T08:00:00.000Z';

it('writes figures as people read them, and an unknown cost is never $0', () => {
  expect([dollars(null), dollars(0), dollars(0.004), dollars(12.5)]).toEqual(['—', '$0.00', '<$0.01', '$12.50']);
  expect([duration(42), duration(185), duration(9_240), duration(90_000)]).toEqual(['42s', '3m 5s', '2h 34m', '1d 1h']);
  expect([compact(950), compact(12_400), compact(1_234_567)]).toEqual(['950', '12.4K', '1.23M']);
  const now = Date.parse(AT);
  expect([ago(AT, now - 5_000), ago(AT, now + 5_000), ago(AT, now + 7_200_000)]).toEqual(['now', '5s ago', '2h ago']);
});
