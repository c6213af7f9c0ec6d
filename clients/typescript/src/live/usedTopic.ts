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
  /** Those who wait for the first state, told when it will not come. */
  readonly onEnd = new Set<() => void>();
  readonly followed: Followed;
  uses = 0;
  ended = false;

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

  /** The hub is closed. */
  end(): void {
    this.ended = true;
    this.followed.leave();
    for (const end of [...this.onEnd]) end();
  }
}
