import { cleanup } from '@testing-library/react';
import { afterEach } from 'vitest';

// jsdom lays nothing out: a list that shows only what can be seen needs to be told how much that is.
for (const [side, px] of [['clientWidth', 1_200], ['clientHeight', 800], ['offsetWidth', 1_200]] as const) {
  Object.defineProperty(HTMLElement.prototype, side, { configurable: true, get: () => px });
}
globalThis.ResizeObserver = class {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
};
Element.prototype.scrollTo = () => {};
window.scrollTo = () => {};

afterEach(cleanup);
