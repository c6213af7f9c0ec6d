import { useCallback, useEffect, useRef, useState } from 'react';
import { emptyFleet, isLoaded, sessionsOf, useConnection, useFleetValue, useHub, useHubEvent, type HubEvent } from '../../data';
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
  const hub = useHub();
  const { phase, epoch } = useConnection();
  const loaded = useFleetValue(isLoaded);
  const live = phase === 'live' && loaded === true;
  const [{ history, failure }, set] = useState<{ history: History | null; failure: string | null }>({ history: null, failure: null });
  const sessionsNow = useCallback(() => sessionsOf(hub.peek('sessions')?.state ?? emptyFleet), [hub]);
  /** What was heard while the log was read. */
  const waiting = useRef<HubEvent[] | null>(null);

  useHubEvent('sessions', (event) => {
    if (waiting.current) waiting.current.push(event);
    else history?.take(event);
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: a hub that came back with another log is asked again.
  useEffect(() => {
    if (!live) return;
    const asked = new AbortController();
    waiting.current = [];
    readHistory(hub.api, sessionsNow(), asked.signal).then(
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
  }, [hub, sessionsNow, live, epoch]);

  // By the second, whatever changes in between: the charts have steps of ten.
  const now = useClock((time) => time);
  const until = useRef(now);
  if (live) {
    until.current = now;
    history?.note(countsOf(sessionsNow()), now);
  }
  return { history, failure, until: until.current };
}
