import type { Channel, Socket } from 'phoenix';
import { HubError } from '../http/hubError.js';
import type { HubEvent } from '../protocol/events.js';
import type { Topic, TopicKind } from '../protocol/topics.js';
import { kindOf } from '../protocol/topics.js';
import { models, type TopicModel } from './models.js';
import { TopicFeed } from './topicFeed.js';

/** Where a joined topic tells the hub what happened. */
export interface JoinedEvents {
  waiting(feed: TopicFeed): void;
  changed(topic: Topic): void;
  ignored(why: 'malformed' | 'unknown', count: number): void;
  epoch(epoch: string): void;
  /** The channel broke while the socket is up. */
  broken(): void;
}

/** A topic that is followed over the socket, and everybody who uses it. */
export class JoinedTopic {
  readonly feed: TopicFeed;
  readonly onChange = new Set<() => void>();
  readonly onEvent = new Set<(event: HubEvent) => void>();
  uses = 0;
  #left = false;
  readonly #channel: Channel;

  constructor(readonly topic: Topic, socket: Socket, hub: JoinedEvents) {
    this.feed = new TopicFeed(topic, models[kindOf(topic) satisfies TopicKind] as TopicModel<unknown>, {
      waiting: () => hub.waiting(this.feed),
      changed: () => hub.changed(topic),
      heard: (event) => { for (const listener of [...this.onEvent]) listener(event); },
      ignored: (why, count) => hub.ignored(why, count),
      epoch: (epoch) => hub.epoch(epoch),
    });
    this.#channel = socket.channel(topic, () => this.feed.params());
    this.#channel.onMessage = (name: string, payload: unknown) => {
      if (this.#left || name.startsWith('phx_') || name.startsWith('chan_reply_')) return payload;
      if (name === 'resync') this.feed.renew(payload);
      else this.feed.hear(name, payload);
      return payload;
    };
    let why: unknown = null;
    this.#channel.onClose(() => { if (!this.#left) this.feed.refuse(why); });
    this.#channel.onError(() => {
      // With the socket itself down, its own close says so.
      if (this.#left || !socket.isConnected()) return;
      this.feed.lose();
      hub.broken();
    });
    this.#channel
      .join()
      .receive('ok', (reply: unknown) => { if (!this.#left) this.feed.answer(reply); })
      .receive('error', (reply: unknown) => { why = reply; });
  }

  push(event: string, payload: object): Promise<{ seq: number }> {
    return new Promise((resolve, reject) => {
      this.#channel
        .push(event, payload)
        .receive('ok', (reply: { seq: number }) => resolve(reply))
        .receive('error', (reply: unknown) => reject(HubError.ofReply(reply, `The hub refused ${event}`)))
        .receive('timeout', () => reject(new HubError('The hub does not answer', 'unreachable')));
    });
  }

  leave(): void {
    this.#left = true;
    this.#channel.leave();
  }
}
