/** Ports say nothing when their other side dies. A lock that is held there does: then it is granted here. */
export type Locks = Pick<LockManager, 'request'>;

/** Holds a lock of a new name; told the name once it is held, and until `release` or the end of this page or worker. */
export function holdLock(locks: Locks, kind: string): { readonly held: Promise<string>; release(): void } {
  const name = `${kind}-${crypto.randomUUID()}`;
  let release = (): void => {};
  const released = new Promise<void>((resolve) => { release = resolve; });
  const held = new Promise<string>((resolve, reject) => {
    locks.request(name, () => {
      resolve(name);
      return released;
    }).catch(reject);
  });
  return { held, release: () => release() };
}

/** Calls `gone` once nobody holds the lock any more, unless the signal is given before. */
export function whenReleased(locks: Locks, name: string, signal: AbortSignal, gone: () => void): void {
  locks.request(name, { signal }, () => { if (!signal.aborted) gone(); }).catch((failure: unknown) => {
    if (!signal.aborted) throw failure;
  });
}
