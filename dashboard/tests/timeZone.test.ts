import { expect, it } from 'vitest';
import { absolute, timeZone } from '../src/design/timeZone';
import { AT } from '../../clients/typescript/tests/samples';

it('writes a time as the clocks of a zone show it, and says which', () => {
  expect(absolute(AT, 'UTC')).toMatch(/08:00:00 UTC$/);
  expect(absolute(AT, 'Asia/Tokyo')).toMatch(/17:00:00 GMT\+9$/);
  timeZone.write('Asia/Tokyo');
  expect(JSON.parse(localStorage.getItem('rollcall.time-zone')!)).toBe('Asia/Tokyo');
  timeZone.write('local');
});
