import { oneOf, stored } from './stored';

export const densities = ['comfortable', 'compact'] as const;
export type Density = (typeof densities)[number];

/** How much air a row has. Comfortable rows have two lines, compact ones one. */
export const density = stored<Density>('density', 'comfortable', oneOf(...densities));
