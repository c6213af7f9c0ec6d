/** The React bindings: a hub patches a TanStack Query cache in place, and the hooks read it. */
export { HubProvider, useHub, useHubOrNull } from './HubProvider.js';
export {
  useAlerts, useConnection, useFleet, useHubEvent, useMetrics, useProject, useRealtime, useRefusal, useSession, useTopic, useTopicValue,
} from './hooks.js';
export {
  bindCache, connectionKey, createCache, readConnection, readFleet, readTopic, topicKey, writeConnection, writeFleet, writeMetrics, writeTopic,
} from './cache.js';
