import type { FeedInput, TopicFeed } from '../live/topicFeed.js';
import type { EverythingState } from '../live/models.js';
import type { MetricsState } from '../metrics/metricsState.js';

/**
 * What makes another feed of the same topic equal to this one, whatever it heard before: given to it, and then everything
 * that this one is given from now on, it hears no gap and no repeat.
 */
export function catchUp(feed: TopicFeed): FeedInput[] {
  feed.flush();
  const { shown, cursor, status, refusal } = feed;
  if (refusal) return [['refuse', { code: refusal.code, message: refusal.message }]];
  const inputs: FeedInput[] = [];
  if (shown !== null) {
    const snapshot = feed.model.tell(shown);
    // What is shown may be newer than the cursor, where it was asked for over HTTP: rows skip what they have.
    if (cursor) inputs.push(['renew', { epoch: cursor.epoch, seq: cursor.after, resumed: false, snapshot }]);
    else inputs.push(['polled', { epoch: epochOf(shown), seq: 0, snapshot }]);
    const realtime = realtimeOf(shown);
    if (realtime) inputs.push(['hear', 'realtime_update', realtime]);
  }
  if (status === 'live' && cursor) inputs.push(['answer', { epoch: cursor.epoch, seq: cursor.after, resumed: true, snapshot: null }]);
  if (status === 'lost') inputs.push(['lose']);
  return inputs;
}

const epochOf = (state: unknown): string => (state as { epoch: string }).epoch;

/** No snapshot has it. */
function realtimeOf(state: unknown): MetricsState['realtime'] {
  const { realtime, metrics } = state as Partial<MetricsState & EverythingState>;
  return realtime ?? metrics?.realtime ?? null;
}
