import assert from 'node:assert/strict';

const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const TIMES = ['time', 'timestamp', 'created_at', 'updated_at'];

/** A frame with `T` in the place of every time, each of which must be RFC 3339 in UTC. */
export function timeless(value) {
  if (Array.isArray(value)) return value.map(timeless);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => {
    if (!TIMES.includes(name)) return [name, timeless(inner)];
    assert.match(inner, RFC3339, name);
    return [name, 'T'];
  }));
}
