import { useEffect, useState } from 'react';

/** A canvas knows no custom properties: what a token of the design is at this moment, in this theme. */
export function colourOf(token: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${token})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** Another number whenever the colours are others: the reader chose a theme, or the system did. */
export function useTheme(): number {
  const [times, setTimes] = useState(0);
  useEffect(() => {
    const changed = (): void => setTimes((before) => before + 1);
    const observer = new MutationObserver(changed);
    observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', changed);
    return () => {
      observer.disconnect();
      dark.removeEventListener('change', changed);
    };
  }, []);
  return times;
}
