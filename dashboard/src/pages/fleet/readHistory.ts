import { groupOfStatus, none, type Counts } from './statuses';
import { History, KEPT_MS } from './history';
import type { HubApi, HubEvent, SessionStatus, SessionView } from '../../data';

/** Events that are read in a few milliseconds. */
const PAGE = 500;
/** A busy hub's log is not read for ever: its charts begin later. */
const MOST_PAGES = 20;

/** Reads the end of the log, from the last event backwards, as far as the charts go. `live` is what was heard before. */
export async function readHistory(api: HubApi, live: readonly SessionView[], signal: AbortSignal): Promise<History> {
  const began = Date.now();
  const { seq, by_status } = await api.countSessions({ signal });
  let events: HubEvent[] = [];
  let after = seq;
  let since = began - KEPT_MS;
  for (let pages = 0; after > 0; pages++) {
    const upTo = after;
    after = Math.max(0, after - PAGE);
    const page = await api.events({ after, limit: PAGE }, { signal });
    const earlier = page.events.filter(({ payload }) => payload.seq <= upTo);
    events = [...earlier, ...events];
    const first = earlier[0];
    if (first && Date.parse(first.payload.time) < since) break;
    if (after > 0 && (pages + 1 === MOST_PAGES || after <= page.pruned_to)) {
      since = events[0] ? Date.parse(events[0].payload.time) : began;
      break;
    }
  }
  return new History({ events: events.filter(({ payload }) => Date.parse(payload.time) >= since), seq, live, now: counted(by_status), since });
}

function counted(byStatus: Readonly<Record<string, number>>): Counts {
  const counts = { ...none };
  for (const [status, count] of Object.entries(byStatus)) {
    const group = groupOfStatus(status as SessionStatus);
    if (group) counts[group] += count;
  }
  return counts;
}
