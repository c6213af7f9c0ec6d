import type { HubOptions } from '../hub.js';
import { HubError } from '../http/hubError.js';
import type { Topic } from '../protocol/topics.js';
import { holdLock, whenReleased, type Locks } from './locks.js';
import { VERSION, type ToPage, type ToWorker } from './messages.js';
import { Outbox } from './outbox.js';
import { SharedHub } from './sharedHub.js';

export interface HostOptions extends Pick<HubOptions, 'transport' | 'fetch'> {
  /** The browser's, if not given. */
  readonly locks?: Locks;
}

/** One page. */
export interface Page {
  readonly port: MessagePort;
  readonly outbox: Outbox<Topic | 'line'>;
  /** Null until it said where its hub is and who it is. */
  hub: SharedHub | null;
  readonly gone: AbortController;
}

/** In the worker: all pages, and one hub for those that have the address and the key in common. */
export class Host {
  readonly #pages = new Set<Page>();
  readonly #hubs = new Map<string, SharedHub>();
  readonly #locks: Locks;
  readonly #lock: Promise<string>;

  constructor(private readonly options: HostOptions = {}) {
    this.#locks = options.locks ?? navigator.locks;
    this.#lock = holdLock(this.#locks, 'rollcall-worker').held;
  }

  /** A page has come. */
  accept(port: MessagePort): void {
    const page: Page = {
      port,
      outbox: new Outbox((texts) => port.postMessage(texts), (subject) => page.hub?.now(subject) ?? []),
      hub: null,
      gone: new AbortController(),
    };
    this.#pages.add(page);
    port.onmessage = ({ data }: MessageEvent<ToWorker>) => {
      // What goes wrong for one page is that page's, and the others go on.
      try {
        this.#hear(page, data);
      } catch (failure) {
        tellFailure(page, failure);
      }
    };
  }

  /** Something was thrown that is nobody's in particular. */
  failed(failure: unknown): void {
    for (const page of this.#pages) tellFailure(page, failure);
  }

  #hear(page: Page, said: ToWorker): void {
    switch (said.is) {
      case 'hello': return this.#welcome(page, said);
      case 'follow': return page.hub?.follow(page, said);
      case 'leave': return page.hub?.leave(page, said.topic);
      case 'read': return page.outbox.wasRead();
      case 'bye': return this.#drop(page);
      case 'push': {
        const { ref } = said;
        void page.hub?.push(said).then(
          (reply) => tell(page, { is: 'pushed', ref, reply }),
          (failure: unknown) => tell(page, { is: 'refused', ref, ...wordsOf(failure) }),
        );
      }
    }
  }

  #welcome(page: Page, { version, lock, url, token }: Extract<ToWorker, { is: 'hello' }>): void {
    if (version === VERSION) {
      page.hub = this.#hubOf(url, token);
      page.hub.add(page);
      whenReleased(this.#locks, lock, page.gone.signal, () => this.#drop(page));
    }
    this.#lock.then(
      (own) => tell(page, { is: 'welcome', version: VERSION, lock: own, line: page.hub?.line ?? { up: false, fallback: null, refused: null } }),
      (failure: unknown) => tellFailure(page, failure),
    );
  }

  #hubOf(url: string, token: string | null): SharedHub {
    const key = JSON.stringify([url, token]);
    const there = this.#hubs.get(key);
    if (there) return there;
    const { transport, fetch } = this.options;
    const options = { url, ...(token !== null && { token }), ...(transport && { transport }), ...(fetch && { fetch }) };
    const made = new SharedHub(options, () => this.#hubs.delete(key));
    this.#hubs.set(key, made);
    return made;
  }

  #drop(page: Page): void {
    if (!this.#pages.delete(page)) return;
    page.gone.abort();
    page.outbox.close();
    page.port.close();
    page.hub?.remove(page);
  }
}

const tell = (page: Page, message: ToPage): void => page.outbox.reply(JSON.stringify(message));

function tellFailure(page: Page, failure: unknown): void {
  const { message, stack = '' } = failure instanceof Error ? failure : new Error(String(failure));
  tell(page, { is: 'error', message, stack });
}

const wordsOf = (failure: unknown): { code: string; message: string } =>
  failure instanceof HubError ? { code: failure.code, message: failure.message } : { code: 'unavailable', message: String(failure) };
