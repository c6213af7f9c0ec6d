import { useLayoutEffect, useRef, type RefObject } from 'react';

/** Where the reader was in a list, for when they come back to the very same view of it. */
interface Place {
  view: string;
  top: number;
  selected: string | null;
}

let last: Place | null = null;

export const recalled = (view: string): Place | null => (last?.view === view ? last : null);

/** Remembers it when the list goes. The address says nothing then: it may be the next page's while the list is still shown. */
export function useRemembered(view: string, scroller: RefObject<HTMLElement | null>, selected: string | null): void {
  const place = useRef({ view, selected });
  useLayoutEffect(() => {
    place.current = { view, selected };
  });
  useLayoutEffect(() => {
    const list = scroller.current!;
    return () => {
      last = { ...place.current, top: list.scrollTop };
    };
  }, [scroller]);
}
