import { Hub, type HubOptions } from '../hub.js';
import { Host, type HostOptions } from './host.js';
import { SharedLine } from './sharedLine.js';

export type { HostOptions } from './host.js';

/**
 * A hub whose socket all pages of this browser share that ask with the same address and token. Where that cannot be (no
 * SharedWorker, as in Chrome on Android, or no Web Locks, as on plain HTTP; a token that is a function, which may speak for
 * another tomorrow) it is an ordinary hub.
 * @param worker starts the script that calls `serveShared()`: `() => new SharedWorker(new URL('./shared.worker.js', import.meta.url), { type: 'module' })`
 */
export function connectShared(worker: () => SharedWorker, options: HubOptions = {}): Hub {
  const { token = null } = options;
  const locks = globalThis.navigator?.locks;
  if (typeof SharedWorker === 'undefined' || !locks || typeof token === 'function') return new Hub(options);
  const url = options.url ?? location.origin;
  return new Hub(options, (events, own) => new SharedLine({ worker, url, token, locks }, events, own));
}

/** Makes this shared worker hold the socket for the pages that connect to it. */
export function serveShared(options: HostOptions = {}): void {
  const scope = globalThis as unknown as EventTarget;
  const host = new Host(options);
  scope.addEventListener('connect', (event) => { for (const port of (event as MessageEvent).ports) host.accept(port); });
  scope.addEventListener('error', (event) => host.failed((event as ErrorEvent).error ?? (event as ErrorEvent).message));
  scope.addEventListener('unhandledrejection', (event) => host.failed((event as PromiseRejectionEvent).reason));
}
