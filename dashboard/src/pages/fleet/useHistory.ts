import { useEffect, useRef, useState } from 'react';
import { isLoaded, sessionsOf, useConnection, useFleet, useHub, useHubEvent, type HubEvent } from '../../data';
import { useClock } from '../../design/clock';
import type { History } from './history';
import { readHistory } from './readHistory';
import { countsOf } from './statuses';

export interface ChartMemory {
  history: History | null;
  failure: string | null;
  /** Until when it is known: now, or when the connection went. */
  until: number;
}

/** The charts' memory: from the log once, again after each reconnect, and from the socket in between; told by the second. */
export function useHistory(): ChartMemory {
  const { api } = useHub();
  const { phase, epoch } = useConnection();
  const fleet = useFleet();
  const live = phase === 'live' && fleet !== null && isLoaded(fleet);
  const [{ history, failure }, set] = useState<{ history: History | null; failure: string | null }>({ history: null, failure: null });
  const latest = useRef(fleet);
  latest.current = fleet;
  /** What was heard while the log was read. */
  const waiting = useRef<HubEvent[] | null>(null);

  useHubEvent('sessions', (event) => {
    if (waiting.current) waiting.current.push(event);
    else history?.take(event);
  });

  useEffect(() => {
    if (!live) return;
    const asked = new AbortController();
    waiting.current = [];
    readHistory(api, latest.current ? sessionsOf(latest.current) : [], asked.signal).then(
      (read) => {
        for (const event of waiting.current ?? []) read.take(event);
        waiting.current = null;
        set({ history: read, failure: null });
      },
      (failed: unknown) => {
        if (!asked.signal.aborted) set((before) => ({ ...before, failure: failed instanceof Error ? failed.message : String(failed) }));
      },
    );
    return () => asked.abort();
  }, [api, live, epoch]);

  const now = useClock((time) => time);
  const until = useRef(now);
  if (live) {
    until.current = now;
    history?.note(countsOf(sessionsOf(fleet)), now);
  }
  return { history, failure, until: until.current };
}
