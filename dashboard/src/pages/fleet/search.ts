/** How far back the charts go. */
export const ranges = ['15m', '1h', '6h'] as const;
export type Range = (typeof ranges)[number];
/** What the bars tell apart. */
export const dimensions = ['project', 'agent', 'host', 'model'] as const;
export type Dimension = (typeof dimensions)[number];

/** The view of the fleet, as the address holds it; undefined is as usual. */
export interface FleetSearch {
  range?: Range | undefined;
  by?: Dimension | undefined;
}

export const validateFleetSearch = (raw: Record<string, unknown>): FleetSearch => ({
  range: ranges.find((range) => range === raw.range),
  by: dimensions.find((by) => by === raw.by),
});

/** A moment of the past: a time, or right after an event, as several may have the same time. */
export interface PastSearch {
  at?: string | undefined;
  seq?: number | undefined;
}

export function validatePastSearch(raw: Record<string, unknown>): PastSearch {
  const seq = Number(raw.seq);
  if (raw.seq !== undefined && Number.isSafeInteger(seq) && seq > 0) return { at: undefined, seq };
  const at = typeof raw.at === 'string' ? Date.parse(raw.at) : NaN;
  return { at: Number.isNaN(at) ? undefined : new Date(at).toISOString(), seq: undefined };
}
