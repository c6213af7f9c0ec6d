import { useEffect } from 'react';
import { oneOf, stored, type Stored } from './stored';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** Also read by public/theme.js, before the first paint. */
const choice = stored<Theme>('theme', 'system', oneOf(...themes));

function show(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export const theme: Stored<Theme> = {
  read: choice.read,
  write: (next) => {
    show(next);
    choice.write(next);
  },
  /** Chosen in another tab, it is shown here, too. */
  use: () => {
    const chosen = choice.use();
    useEffect(() => show(chosen), [chosen]);
    return chosen;
  },
};
