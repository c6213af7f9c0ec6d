import { oneOf, stored, type Stored } from './stored';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** Also read by public/theme.js, before the first paint. */
const choice = stored<Theme>('theme', 'system', oneOf(...themes));

export const theme: Stored<Theme> = {
  ...choice,
  write: (next) => {
    if (next === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    choice.write(next);
  },
};
