import type { SessionEvent } from '../log/logState';

/** What a session had used by a time. */
export interface Used {
  at: number;
  input: number;
  output: number;
  /** Null while it is not known. */
  cost: number | null;
}

/** As many as can be told apart in a chart; the last of each stretch stands for it. */
const MOST_POINTS = 400;

/** How much had been used when, in order, as the log tells it. */
export function usageOver(events: readonly SessionEvent[]): Used[] {
  const points: Used[] = [];
  for (const event of events) {
    const usage = event.event === 'session_updated' ? event.payload.usage : event.event === 'session_created' ? event.payload.session.usage : undefined;
    if (usage) points.push({ at: Date.parse(event.payload.time), input: usage.input_tokens, output: usage.output_tokens, cost: usage.cost_usd });
  }
  return points;
}

/** At most `most` points, the last one among them. Counts only grow, so that nothing in between stands out. */
export function thinned(points: readonly Used[], most = MOST_POINTS): Used[] {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || points.length <= most) return [...points];
  const width = (last.at - first.at) / (most - 2) || 1;
  const kept: Used[] = [first];
  for (let at = 1; at < points.length; at += 1) {
    const next = points[at + 1];
    const stretch = (point: Used): number => Math.floor((point.at - first.at) / width);
    if (!next || stretch(next) !== stretch(points[at]!)) kept.push(points[at]!);
  }
  return kept;
}
