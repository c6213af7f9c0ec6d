import { useLayoutEffect, useState, type RefObject } from 'react';

/** How wide an element is, followed as it changes. */
export function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const target = element.current!;
    setWidth(target.offsetWidth);
    const observer = new ResizeObserver(() => setWidth(target.offsetWidth));
    observer.observe(target);
    return () => observer.disconnect();
  }, [element]);
  return width;
}
