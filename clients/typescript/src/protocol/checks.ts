import type { FleetMetrics, SessionView, Usage } from './views.js';

/** Says whether a value from the wire has the shape that the page relies on. */
export type Check = (value: unknown) => boolean;
export type Shape<T> = { readonly [K in keyof T]-?: Check };

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const text: Check = (value) => typeof value === 'string';
export const number: Check = (value) => typeof value === 'number' && Number.isFinite(value);
export const flag: Check = (value) => typeof value === 'boolean';
export const time: Check = (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value));
export const record: Check = isRecord;
export const list: Check = Array.isArray;
export const oneOf = (...words: readonly string[]): Check => (value) => words.includes(value as string);
export const orNull = (check: Check): Check => (value) => value === null || check(value);
export const optional = (check: Check): Check => (value) => value === undefined || check(value);

export const fits = <T>(shape: Shape<T>): Check => (value) =>
  isRecord(value) && (Object.keys(shape) as (keyof T & string)[]).every((key) => shape[key](value[key]));

export const status = oneOf('initializing', 'active', 'idle', 'waiting', 'error', 'terminating', 'terminated');

export const usage = fits<Usage>({
  input_tokens: number,
  cache_read_tokens: number,
  cache_write_tokens: number,
  output_tokens: number,
  total_tokens: number,
  cost_usd: orNull(number),
  cost_source: text,
});

export const sessionShape: Shape<SessionView> = {
  id: text,
  name: orNull(text),
  agent: orNull(text),
  project: orNull(text),
  host: orNull(text),
  cwd: orNull(text),
  model: orNull(text),
  status,
  state: oneOf('working', 'idle', 'error'),
  waiting_for: orNull(text),
  waiting_since: orNull(time),
  waiting_text: orNull(text),
  error_message: orNull(text),
  is_paused: flag,
  stale: flag,
  tasks_running: number,
  usage,
  metadata: record,
  created_at: time,
  updated_at: time,
  last_seen_at: time,
  ended_at: orNull(time),
  version: number,
  seq: number,
};

export const metricsShape: Shape<FleetMetrics> = {
  duration_seconds: number,
  total_tokens: number,
  input_tokens: number,
  output_tokens: number,
  estimated_cost_usd: number,
  tasks_running: number,
  is_paused: flag,
};
