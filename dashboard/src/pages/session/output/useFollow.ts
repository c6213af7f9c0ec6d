import { useCallback, useRef, useState, type UIEvent } from 'react';
import type { Line } from './lines';

const NEAR_PX = 24;

/** Null is following. Who scrolled away comes back by scrolling to the end; who asked for a pause only by asking. */
type Pause = 'scrolled' | 'asked' | null;

/**
 * Whether the end of a list is followed, and what to show: all of it, or the list as it was when the reader turned away, so
 * that what is read does not move. Another generation is when older lines were put before it.
 */
export function useFollow(all: readonly Line[], generation: number) {
  const [pause, setPause] = useState<Pause>(null);
  const [held, setHeld] = useState({ lines: all, generation });
  const top = useRef(0);
  const latest = useRef({ all, generation });
  latest.current = { all, generation };
  const following = pause === null;
  const lines = following || held.generation !== generation ? all : held.lines;

  const hold = useCallback((next: Pause): void => {
    if (next !== null) setHeld({ lines: latest.current.all, generation: latest.current.generation });
    setPause(next);
  }, []);
  const paused = useRef(pause);
  paused.current = pause;
  const toggle = useCallback(() => hold(paused.current === null ? 'asked' : null), [hold]);

  const onScroll = ({ currentTarget: { scrollTop, scrollHeight, clientHeight } }: UIEvent): void => {
    const left = scrollHeight - clientHeight - scrollTop;
    if (following && scrollTop < top.current && left > NEAR_PX) hold('scrolled');
    else if (pause === 'scrolled' && scrollTop > top.current && left <= 1) hold(null);
    top.current = scrollTop;
  };

  const last = lines.at(-1)?.key ?? -1;
  const waiting = following ? 0 : Math.max(0, (all.at(-1)?.key ?? -1) - last);
  return { lines, waiting, following, toggle, onScroll };
}
