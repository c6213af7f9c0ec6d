const NAME = 'rollcall.key';

/** The key that this browser keeps: until its tab is closed, or, where the reader says so, for all its tabs until it is signed out. */
export const keptKey = {
  read(): string | null {
    try {
      return sessionStorage.getItem(NAME) ?? localStorage.getItem(NAME);
    } catch {
      // Storage is blocked.
      return null;
    }
  },

  isRemembered(): boolean {
    return localStorage.getItem(NAME) !== null;
  },

  /** Throws where the browser keeps nothing. */
  write(key: string, remember: boolean): void {
    (remember ? localStorage : sessionStorage).setItem(NAME, key);
  },

  forget(): void {
    try {
      sessionStorage.removeItem(NAME);
      localStorage.removeItem(NAME);
    } catch {
      // Then there is nothing to forget.
    }
  },

  /** Told when another tab signed in for all, or out. */
  onOthers(changed: () => void): void {
    addEventListener('storage', ({ key }) => { if (key === NAME) changed(); });
  },
};
