import { Hub, type HubOptions, type Relay } from '../hub.js';
import type { LineEvents } from '../live/line.js';
import type { FeedInput } from '../live/topicFeed.js';
import type { Topic } from '../protocol/topics.js';
import { catchUp } from './catchUp.js';
import type { Page } from './host.js';
import type { LineState, ToPage, ToWorker } from './messages.js';

/** Events are only folded into a state to have it for the next page that comes, so that is done now and then. */
const FOLD_EVERY_MS = 250;

interface SharedTopic {
  relay: Relay;
  readonly pages: Set<Page>;
}

/** In the worker: the one hub of some pages. Each topic is followed once, from the first page that wants it to the last. */
export class SharedHub {
  readonly #hub: Hub;
  readonly #pages = new Set<Page>();
  readonly #topics = new Map<Topic, SharedTopic>();
  #up = false;

  constructor(options: HubOptions, private readonly unused: () => void) {
    const later = (run: () => void): void => { setTimeout(run, FOLD_EVERY_MS); };
    this.#hub = new Hub({ ...options, schedule: later }, (events, own) => own(this.#overheard(events)));
    this.#hub.connect();
  }

  get line(): LineState {
    const { fallback, refusal: reason, refusalCode: code } = this.#hub.connection;
    return { up: this.#up, fallback, refused: reason === null || code === null ? null : { type: 'refused', reason, code } };
  }

  add(page: Page): void {
    this.#pages.add(page);
  }

  remove(page: Page): void {
    if (!this.#pages.delete(page)) return;
    for (const [topic, { pages }] of this.#topics) if (pages.has(page)) this.leave(page, topic);
    if (this.#pages.size > 0) return;
    this.unused();
    this.#hub.close();
  }

  follow(page: Page, { topic, ref }: Extract<ToWorker, { is: 'follow' }>): void {
    const there = this.#topics.get(topic);
    const shared = there ?? { relay: this.#relay(topic), pages: new Set() };
    if (!there) this.#topics.set(topic, shared);
    page.outbox.forget(topic);
    page.outbox.reply(text({ is: 'following', ref, topic }));
    shared.pages.add(page);
    if (shared.relay.feed.status === 'refused') {
      // Who asks again wants to know it anew.
      shared.relay.leave();
      shared.relay = this.#relay(topic);
    } else {
      for (const text of this.now(topic)) page.outbox.tell(topic, text);
    }
  }

  leave(page: Page, topic: Topic): void {
    const shared = this.#topics.get(topic);
    page.outbox.forget(topic);
    if (!shared?.pages.delete(page) || shared.pages.size > 0) return;
    this.#topics.delete(topic);
    shared.relay.leave();
  }

  push({ topic, event, payload }: Extract<ToWorker, { is: 'push' }>): Promise<{ readonly seq: number }> {
    const shared = this.#topics.get(topic);
    return shared ? shared.relay.push(event, payload) : Promise.reject(new Error(`Nobody follows ${topic}`));
  }

  /** What a page has to be told that heard nothing yet, or too little. */
  now(subject: Topic | 'line'): string[] {
    if (subject === 'line') return [text({ is: 'line', line: this.line })];
    const feed = this.#topics.get(subject)?.relay.feed;
    return feed ? catchUp(feed).map((input) => text({ is: 'topic', topic: subject, input })) : [];
  }

  #relay(topic: Topic): Relay {
    return this.#hub.relay(topic, (input) => this.#pass(topic, input));
  }

  #pass(topic: Topic, input: FeedInput): void {
    const pages = this.#topics.get(topic)?.pages;
    if (!pages || pages.size === 0) return;
    const said = text({ is: 'topic', topic, input });
    for (const page of pages) page.outbox.tell(topic, said);
  }

  #overheard(events: LineEvents): LineEvents {
    const tell = (message: ToPage): void => {
      const said = text(message);
      for (const page of this.#pages) page.outbox.tell('line', said);
    };
    return {
      opened: () => {
        this.#up = true;
        tell({ is: 'opened' });
        events.opened();
      },
      closed: (online) => {
        this.#up = false;
        tell({ is: 'closed', online });
        events.closed(online);
      },
      interrupted: () => events.interrupted(),
      happened: (event) => {
        tell({ is: 'happened', event });
        events.happened(event);
      },
    };
  }
}

const text = (message: ToPage): string => JSON.stringify(message);
