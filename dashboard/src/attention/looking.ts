import { useEffect } from 'react';

/*
 * Which tab looks at what, and which one tells: locks that a tab holds, so that they are gone with it, however it ends.
 * Browsers have them on secure pages and on this machine's own only; elsewhere each tab knows but itself.
 */
const LEADS = 'rollcall.notifies';
const LOOKS = 'rollcall.looks:';
/** The queue shows every session that waits. */
export const THE_QUEUE = '*';

const locks: LockManager | undefined = typeof navigator === 'undefined' ? undefined : navigator.locks;
let here: string | null = null;

/** Says, as long as the page can be seen, what is before the person: a session, the queue, or null. */
export function useLooking(at: string | null): void {
  useEffect(() => {
    let release: () => void = () => {};
    const look = (): void => {
      release();
      here = document.visibilityState === 'visible' ? at : null;
      if (here === null || !locks) return;
      const gone = new AbortController();
      const held = new Promise<void>((resolve) => {
        release = () => {
          gone.abort();
          resolve();
        };
      });
      locks.request(LOOKS + here, { mode: 'shared', signal: gone.signal }, () => held).catch(() => {});
    };
    look();
    document.addEventListener('visibilitychange', look);
    return () => {
      document.removeEventListener('visibilitychange', look);
      release();
      here = null;
    };
  }, [at]);
}

export async function isLookedAt(session: string): Promise<boolean> {
  const names = [LOOKS + THE_QUEUE, LOOKS + session];
  if (here !== null && names.includes(LOOKS + here)) return true;
  const { held = [] } = (await locks?.query()) ?? {};
  return held.some(({ name }) => name !== undefined && names.includes(name));
}

/** Asks to be the one tab that tells. The first one is, and the next when it is closed. */
export function lead(): { leads: () => boolean; stop: () => void } {
  if (!locks) return { leads: () => true, stop: () => {} };
  let leads = false;
  const gone = new AbortController();
  let release: () => void = () => {};
  locks.request(LEADS, { signal: gone.signal }, () => {
    leads = true;
    return new Promise<void>((resolve) => { release = resolve; });
  }).catch(() => {});
  return {
    leads: () => leads,
    stop: () => {
      leads = false;
      gone.abort();
      release();
    },
  };
}
