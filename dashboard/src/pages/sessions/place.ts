import { useLayoutEffect, useRef, type RefObject } from 'react';

/** Where the reader was in a list, for when they come back to the very same view of it. */
interface Place {
  address: string;
  top: number;
  selected: string | null;
}

let last: Place | null = null;

const here = (): string => location.pathname + location.search;

export const recalled = (): Place | null => (last?.address === here() ? last : null);

/** Remembers it when the list goes. The address is the list's own: by then the page may stand at another. */
export function useRemembered(scroller: RefObject<HTMLElement | null>, selected: string | null): void {
  const place = useRef({ address: here(), selected });
  useLayoutEffect(() => {
    place.current = { address: here(), selected };
  });
  useLayoutEffect(() => {
    const list = scroller.current!;
    return () => {
      last = { ...place.current, top: list.scrollTop };
    };
  }, [scroller]);
}
