import { useSyncExternalStore } from 'react';

export type Opened = 'palette' | 'help' | null;

let opened: Opened = null;
const listeners = new Set<() => void>();

export const open = (what: Opened): void => {
  opened = what;
  listeners.forEach((listener) => listener());
};
export const close = (): void => open(null);
/** The same key opens and closes. */
export const toggle = (what: Opened): void => open(opened === what ? null : what);

export const useOpened = (): Opened => useSyncExternalStore(
  (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  () => opened,
);
