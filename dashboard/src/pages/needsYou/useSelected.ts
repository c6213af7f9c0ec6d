import { getRouteApi } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo, useRef } from 'react';
import type { Wait } from '../../attention/waits';
import { useCommands, type Command } from '../../commands';

const route = getRouteApi('/needs-you');

/** A key so soon after the selection went on was meant for the one before. */
const MEANT_AFTER_MS = 500;

/**
 * Which session the keys act on; the address holds it. It never changes by itself while somebody may be about to press a
 * key: a session that was answered elsewhere leaves nothing selected, and the next key goes to what followed it.
 */
export function useSelected(waits: readonly Wait[]) {
  const { session: selected } = route.useSearch();
  const navigate = route.useNavigate();
  const place = useRef(0);
  const focus = useRef(false);
  const byItself = useRef(false);
  const wentOnAt = useRef(-Infinity);
  const at = waits.findIndex((wait) => wait.session.id === selected);
  if (at >= 0) place.current = at;

  const select = useCallback((id: string | undefined, andFocus = false): void => {
    focus.current = andFocus;
    byItself.current = false;
    void navigate({ search: { session: id }, replace: true, resetScroll: false });
  }, [navigate]);

  /** Selects what nobody asked for, as an answer goes on to the next. */
  const goOn = useCallback((id: string, andFocus = false): void => {
    select(id, andFocus);
    byItself.current = true;
  }, [select]);
  /** Whether a key that answers is meant for the one that is selected by now. */
  const isMeant = useCallback((): boolean => performance.now() - wentOnAt.current > MEANT_AFTER_MS, []);

  const [first] = waits;
  useEffect(() => {
    if (selected === undefined && first) goOn(first.session.id);
  }, [selected, first, goOn]);

  useEffect(() => {
    wentOnAt.current = selected !== undefined && byItself.current ? performance.now() : -Infinity;
    if (!focus.current || selected === undefined) return;
    focus.current = false;
    document.getElementById(cardId(selected))?.focus({ preventScroll: true });
    document.getElementById(cardId(selected))?.scrollIntoView({ block: 'nearest' });
  }, [selected]);

  const now = useRef({ waits, at });
  now.current = { waits, at };
  const move = useCallback((by: 1 | -1): void => {
    const { waits: all, at: here } = now.current;
    const to = here >= 0 ? here + by : place.current + (by > 0 ? 0 : -1);
    const wait = all[Math.min(all.length - 1, Math.max(0, to))];
    if (wait) select(wait.session.id, true);
  }, [select]);

  useCommands(useMemo<readonly Command[]>(() => [
    { id: 'needs-you.next', name: 'Go to the next in the queue', keys: ['j', 'ArrowDown'], repeats: true, run: () => move(1) },
    { id: 'needs-you.previous', name: 'Go to the previous in the queue', keys: ['k', 'ArrowUp'], repeats: true, run: () => move(-1) },
  ], [move]));

  return { selected, gone: selected !== undefined && at < 0, select, goOn, isMeant, move };
}

export const cardId = (session: string): string => `wait-${session}`;
