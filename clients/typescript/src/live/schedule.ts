/** Runs something soon, once. */
export type Schedule = (run: () => void) => void;

/** A frame that does not come within this time (the page was hidden meanwhile) is not waited for. */
const LATE_FRAME_MS = 250;

/**
 * With the next frame, so that whatever comes within one is shown at once. Where nobody looks there are no frames: there,
 * and outside of browsers, it is the next turn of the event loop.
 */
export const nextFrame: Schedule = (run) => {
  if (typeof document === 'undefined' || document.visibilityState === 'hidden') return nextTurn(run);
  let done = false;
  const once = (): void => {
    if (done) return;
    done = true;
    clearTimeout(late);
    run();
  };
  const late = setTimeout(once, LATE_FRAME_MS);
  requestAnimationFrame(once);
};

/** By a message: the timers of hidden pages run once a second. */
function nextTurn(run: () => void): void {
  if (typeof MessageChannel === 'undefined' || typeof document === 'undefined') {
    setTimeout(run, 0);
    return;
  }
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    run();
  };
  port2.postMessage(null);
}
