import type { HubEvent } from '../protocol/events.js';
import { kindOf, type Topic, type TopicKind } from '../protocol/topics.js';
import type { Followed, Line } from './line.js';
import { models, type TopicModel } from './models.js';
import { TopicFeed, type FeedInput } from './topicFeed.js';

/** Where a topic tells the hub what happened. */
export interface TopicEvents {
  waiting(feed: TopicFeed): void;
  changed(topic: Topic): void;
  ignored(why: 'malformed' | 'unknown', count: number): void;
  epoch(epoch: string): void;
}

/** A topic that is followed over a line, and everybody who uses it. */
export class UsedTopic {
  readonly feed: TopicFeed;
  readonly onChange = new Set<() => void>();
  readonly onEvent = new Set<(event: HubEvent) => void>();
  /** Those who pass on what the feed is given. */
  readonly onInput = new Set<(input: FeedInput) => void>();
  readonly followed: Followed;
  uses = 0;

  constructor(readonly topic: Topic, line: Line, hub: TopicEvents) {
    this.feed = new TopicFeed(topic, models[kindOf(topic) satisfies TopicKind] as TopicModel<unknown>, {
      waiting: () => hub.waiting(this.feed),
      changed: () => hub.changed(topic),
      heard: (event) => { for (const listener of [...this.onEvent]) listener(event); },
      ignored: (why, count) => hub.ignored(why, count),
      epoch: (epoch) => hub.epoch(epoch),
      given: (input) => { for (const listener of [...this.onInput]) listener(input); },
    });
    this.followed = line.follow(this.feed);
  }
}
