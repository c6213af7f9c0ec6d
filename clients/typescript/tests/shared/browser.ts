import { Hub, type HubOptions } from '../../src/hub.js';
import { Host } from '../../src/shared/host.js';
import type { Locks } from '../../src/shared/locks.js';
import { SharedLine } from '../../src/shared/sharedLine.js';
import { Wire } from '../wire.js';

/** Web Locks, which Node 20 has not: held by somebody, and by nobody once that one has ended. */
export class ExclusiveLocks {
  readonly #queues = new Map<string, { owner: string; grant: () => void }[]>();

  of(owner: string): Locks {
    const request = (name: string, ...rest: unknown[]): Promise<void> => new Promise((resolve, reject) => {
      const callback = rest.at(-1) as () => unknown;
      const { signal } = (rest.length > 1 ? rest[0] : {}) as { signal?: AbortSignal };
      const queue = this.#queues.get(name) ?? [];
      this.#queues.set(name, queue);
      const entry = { owner, grant: () => void Promise.resolve(callback()).then(() => { this.#remove(name, entry); resolve(); }) };
      signal?.addEventListener('abort', () => {
        if (queue.indexOf(entry) > 0) this.#remove(name, entry);
        reject(signal.reason as Error);
      });
      queue.push(entry);
      if (queue[0] === entry) queueMicrotask(entry.grant);
    });
    return { request } as unknown as Locks;
  }

  end(owner: string): void {
    for (const [name, queue] of this.#queues) for (const entry of [...queue]) if (entry.owner === owner) this.#remove(name, entry);
  }

  #remove(name: string, entry: { owner: string; grant: () => void }): void {
    const queue = this.#queues.get(name)!;
    const at = queue.indexOf(entry);
    if (at < 0) return;
    queue.splice(at, 1);
    if (at === 0 && queue[0]) queueMicrotask(queue[0].grant);
  }
}

/** The sockets that pages have for themselves; those of the worker are `Wire.open`. */
export class OwnWire extends Wire {
  static made: OwnWire[] = [];
  constructor() {
    super();
    Wire.open.pop();
    OwnWire.made.push(this);
  }
}

/** A browser with a shared worker and as many pages as are opened, over real message channels. */
export class Browser {
  readonly locks = new ExclusiveLocks();
  readonly host = new Host({ locks: this.locks.of('worker'), transport: Wire as never });
  readonly #hubs: Hub[] = [];
  readonly #ports: MessagePort[] = [];
  #pages = 0;

  /** A port to the worker, for a page that speaks by itself. */
  port(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    this.#ports.push(port1, port2);
    this.host.accept(port2);
    return port1;
  }

  /** A page, connected. `worker` may stand in for the worker. */
  open(options: HubOptions = {}, worker?: () => Pick<SharedWorker, 'port' | 'addEventListener'>): { hub: Hub; name: string } {
    const name = `page ${++this.#pages}`;
    const token = typeof options.token === 'string' ? options.token : null;
    const hub = new Hub({ url: 'http://hub.example', transport: OwnWire as never, schedule: (run) => run(), ...options }, (events, own) => new SharedLine({
      worker: worker ?? (() => ({ port: this.port(), addEventListener: () => {} })), url: 'http://hub.example', token, locks: this.locks.of(name),
    }, events, own));
    this.#hubs.push(hub);
    hub.connect();
    return { hub, name };
  }

  close(): void {
    for (const hub of this.#hubs) hub.close();
    for (const port of this.#ports) port.close();
  }
}
