import type { Connection, ConnectionEvent } from './connection.js';
import type { TopicFeed } from './topicFeed.js';

/** What keeps a hub's topics up: a socket of its own, or one that several pages share. */
export interface Line {
  readonly isUp: boolean;
  connect(): void;
  close(): void;
  /** Follows a topic from now on: whatever is heard of it is given to its feed. */
  follow(feed: TopicFeed): Followed;
  /** What the connection is now, whenever it is another. */
  shows(connection: Connection): void;
}

/** A topic that is followed over a line. */
export interface Followed {
  push(event: string, payload: object): Promise<{ seq: number }>;
  leave(): void;
}

/** Where a line tells what happened to it. What happened to a topic, its feed is told. */
export interface LineEvents {
  opened(): void;
  closed(online: boolean): void;
  /** A topic was lost while the line is up. */
  interrupted(): void;
  happened(event: Extract<ConnectionEvent, { type: 'fallback' | 'refused' }>): void;
}
