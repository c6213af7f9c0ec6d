import { useCallback, useState } from 'react';
import { useHub } from '../../../data';
import { inWords, push } from './push';

/** Something that this page said to the owner: on its way, handed over, or refused with the hub's words. */
export interface Saying {
  key: number;
  /** Null for "cancel". */
  text: string | null;
  state: 'pending' | 'told' | 'refused';
  why: string | null;
  at: string;
}

const KEPT = 3;
let keys = 0;

/** What was said to a session's owner from here, the latest last. The hub stores none of it: it hands it over, or says why not. */
export function useSayings(id: string, onRefused: () => void): {
  sayings: readonly Saying[];
  say: (text: string) => Promise<boolean>;
  cancel: () => Promise<boolean>;
} {
  const hub = useHub();
  const [sayings, setSayings] = useState<readonly Saying[]>([]);
  const track = useCallback(async (text: string | null, send: () => Promise<unknown>): Promise<boolean> => {
    const key = keys++;
    const become = (change: Partial<Saying>): void =>
      setSayings((before) => before.map((each) => (each.key === key ? { ...each, ...change } : each)));
    setSayings((before) => [...before, { key, text, state: 'pending' as const, why: null, at: new Date().toISOString() }].slice(-KEPT));
    try {
      await send();
      become({ state: 'told', at: new Date().toISOString() });
      return true;
    } catch (failure) {
      become({ state: 'refused', why: inWords(failure) });
      onRefused();
      return false;
    }
  }, [onRefused]);
  return {
    sayings,
    say: useCallback((text) => track(text, () => push(hub, id, 'send_message', { text })), [track, hub, id]),
    cancel: useCallback(() => track(null, () => push(hub, id, 'cancel', {})), [track, hub, id]),
  };
}
