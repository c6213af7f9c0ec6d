import type { EventPayloads as Page } from './events';
import type { EventPayloads as Hub } from './generated';

/** Of each event the words and fields that the hub writes and the page does not expect; the build fails when there is one. */
type Disagreements = { [K in keyof Hub]: K extends keyof Page ? (Hub[K] extends Page[K] ? never : K) : K }[keyof Hub];

/** Events that the page expects and no hub writes. */
type Invented = Exclude<keyof Page, keyof Hub>;

/** True as long as both sides agree. */
export const agree: [Disagreements | Invented] extends [never] ? true : [Disagreements | Invented] = true;
