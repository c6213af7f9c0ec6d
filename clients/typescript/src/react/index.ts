/** The React bindings: the feed patches a TanStack Query cache in place, and the hooks read it. */
export {
  createCache, readConnection, readFleet, useConnection, useFleet, useMetrics, writeConnection, writeFleet, writeMetrics,
} from './cache';
export { Feed } from './feed';
