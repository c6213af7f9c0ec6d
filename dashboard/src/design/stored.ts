import { useSyncExternalStore } from 'react';

/** A choice of the reader that this browser remembers, and that every tab follows. */
export interface Stored<T> {
  read: () => T;
  write: (value: T) => void;
  use: () => T;
}

/** `parse` gets what was stored, which may be of an older page or of nobody: it answers with a good value or null. */
export function stored<T>(name: string, fallback: T, parse: (raw: unknown) => T | null): Stored<T> {
  const key = `rollcall.${name}`;
  const listeners = new Set<() => void>();
  let value = load();

  function load(): T {
    try {
      const raw = localStorage.getItem(key);
      return raw === null ? fallback : (parse(JSON.parse(raw)) ?? fallback);
    } catch {
      return fallback;
    }
  }

  const tell = (): void => listeners.forEach((listener) => listener());
  const onStorage = (event: StorageEvent): void => {
    if (event.key !== key) return;
    value = load();
    tell();
  };
  const subscribe = (listener: () => void): (() => void) => {
    if (listeners.size === 0) addEventListener('storage', onStorage);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) removeEventListener('storage', onStorage);
    };
  };

  return {
    read: () => value,
    write: (next) => {
      value = next;
      try {
        localStorage.setItem(key, JSON.stringify(next));
      } catch {
        // Storage is blocked: the choice lasts as long as the page.
      }
      tell();
    },
    use: () => useSyncExternalStore(subscribe, () => value),
  };
}

export const oneOf = <T extends string>(...words: readonly T[]) => (raw: unknown): T | null =>
  words.find((word) => word === raw) ?? null;
