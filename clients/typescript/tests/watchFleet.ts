import type { QueryClient } from '@tanstack/react-query';
import { Hub } from '../src/hub.js';
import { bindCache } from '../src/react/cache.js';
import type { Topic } from '../src/protocol/topics.js';
import { Wire } from './wire.js';

/** A hub over `Wire`, without frames, that writes into a cache what the first page of the dashboard watches. */
export function watchFleet(cache: QueryClient, topics: readonly Topic[] = ['sessions', 'metrics']): { hub: Hub; close: () => void } {
  const hub = new Hub({ transport: Wire as never, schedule: (run) => run() });
  const unbind = bindCache(hub, cache);
  topics.forEach((topic) => hub.watch(topic));
  hub.connect();
  return { hub, close: () => { hub.close(); unbind(); } };
}
