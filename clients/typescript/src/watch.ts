import type { HubError } from './http/hubError.js';
import type { MessageForOwner } from './http/requests.js';
import type { StateOf } from './live/models.js';
import type { TopicStatus } from './live/topicFeed.js';
import type { EventOf, Topic } from './protocol/topics.js';

/** What anybody who may control a session can say to its owner. Without one, only `pause` and `resume` are accepted. */
export interface SessionPushes {
  send_message: MessageForOwner;
  cancel: object;
  pause: object;
  resume: object;
  /** With whatever the owner understands, such as which request is approved. */
  approve: object;
  deny: object;
}

export type PushOf<T extends Topic> = T extends `session:${string}` ? keyof SessionPushes : never;

/**
 * One use of a topic. Many uses share one subscription: it is joined with the first and left shortly after the last, and
 * a use that leaves silences no other.
 */
export interface Watch<T extends Topic> {
  readonly topic: T;
  /** Null before the first snapshot. */
  readonly state: StateOf<T> | null;
  readonly status: TopicStatus;
  /** Why the hub refused the topic; null while it does not. */
  readonly refusal: HubError | null;
  /** The first state, or the refusal; an `Error` when the topic is left, or the hub closed, before there is either. */
  ready(): Promise<StateOf<T>>;
  /** Told when the state, the status or the refusal is another, at most once a frame for all events in it. */
  onChange(listener: () => void): () => void;
  /** Told each event once, as it is heard; the state follows within a frame. */
  onEvent(listener: (event: EventOf<T>) => void): () => void;
  /** Says something to the session's owner; refused, it is a `HubError`. */
  push<E extends PushOf<T>>(event: E, payload: SessionPushes[E]): Promise<{ readonly seq: number }>;
  leave(): void;
}
