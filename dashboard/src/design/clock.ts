import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function tick(): void {
  now = Date.now();
  listeners.forEach((each) => each());
}

/** Runs while somebody reads it and the page can be seen. */
function wind(): void {
  clearInterval(timer);
  timer = undefined;
  if (listeners.size === 0 || document.hidden) return;
  tick();
  timer = setInterval(tick, 1_000);
}

document.addEventListener('visibilitychange', wind);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (listeners.size === 1) wind();
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) wind();
  };
}

/** One clock for the whole page, by the second. Only the text that asks for it is rendered again. */
export const useClock = <T,>(read: (now: number) => T): T => useSyncExternalStore(subscribe, () => read(now));
