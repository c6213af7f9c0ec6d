import { useState, type UIEvent } from 'react';

/** So far from the top a reader is elsewhere. */
const AWAY_PX = 24;

/**
 * A list with the newest on top that stands still while somebody reads further down: what is newer waits until they are back.
 */
export function useHeld<T>(items: readonly T[], seqOf: (item: T) => number): {
  shown: readonly T[];
  waiting: number;
  onScroll: (event: UIEvent) => void;
  release: () => void;
} {
  const [upTo, setUpTo] = useState<number | null>(null);
  const newest = items[0] === undefined ? 0 : seqOf(items[0]);
  const from = upTo === null ? 0 : Math.max(0, items.findIndex((item) => seqOf(item) <= upTo));
  return {
    shown: from === 0 ? items : items.slice(from),
    waiting: from,
    onScroll: ({ currentTarget: { scrollTop } }) => {
      const away = scrollTop > AWAY_PX;
      if (away !== (upTo !== null)) setUpTo(away ? newest : null);
    },
    release: () => setUpTo(null),
  };
}
