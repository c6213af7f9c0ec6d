import type { Connection, ConnectionEvent } from '../live/connection.js';
import type { FeedInput } from '../live/topicFeed.js';
import type { Topic } from '../protocol/topics.js';

/** Both sides are of one build as a rule; a page and a worker of different ones do not talk. */
export const VERSION = 1;

/** What a page says to the worker. */
export type ToWorker =
  /** First of all. `lock` is held for as long as the page lives; whose `url` and `token` are others shares nothing. */
  | { readonly is: 'hello'; readonly version: number; readonly lock: string; readonly url: string; readonly token: string | null }
  | { readonly is: 'follow'; readonly ref: number; readonly topic: Topic }
  | { readonly is: 'leave'; readonly topic: Topic }
  | { readonly is: 'push'; readonly ref: number; readonly topic: Topic; readonly event: string; readonly payload: object }
  /** One more batch was read. */
  | { readonly is: 'read' }
  | { readonly is: 'bye' };

/** How the line is. */
export interface LineState {
  readonly up: boolean;
  readonly fallback: Connection['fallback'];
  /** Why the hub refuses everything; null while it does not. */
  readonly refused: Extract<ConnectionEvent, { type: 'refused' }> | null;
}

/** What the worker says to a page. It comes in batches of texts: for ten thousand rows, JSON is read faster than a clone. */
export type ToPage =
  /** The answer to `hello`. `lock` is held for as long as the worker lives. */
  | { readonly is: 'welcome'; readonly version: number; readonly lock: string; readonly line: LineState }
  /** The answer to `follow`: what was said of the topic before was for who followed it before. */
  | { readonly is: 'following'; readonly ref: number; readonly topic: Topic }
  /** What a topic's feed was given. */
  | { readonly is: 'topic'; readonly topic: Topic; readonly input: FeedInput }
  | { readonly is: 'opened' }
  | { readonly is: 'closed'; readonly online: boolean }
  | { readonly is: 'happened'; readonly event: Extract<ConnectionEvent, { type: 'fallback' | 'refused' }> }
  /** For a page that fell behind: how the line is now. */
  | { readonly is: 'line'; readonly line: LineState }
  | { readonly is: 'pushed'; readonly ref: number; readonly reply: { readonly seq: number } }
  | { readonly is: 'refused'; readonly ref: number; readonly code: string; readonly message: string }
  /** Something was thrown in the worker. */
  | { readonly is: 'error'; readonly message: string; readonly stack: string };
