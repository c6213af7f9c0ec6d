import { useEffect, useState } from 'react';
import { isLoaded, useConnection, useFleet, useFleetValue } from '../data';

/** A blink of the connection is nobody's business. */
const TROUBLE_MS = 500;

/** Whether the connection has been away for long enough to say so. */
export function useTrouble(): boolean {
  const away = useConnection().phase !== 'live';
  const [long, setLong] = useState(false);
  useEffect(() => {
    if (!away) return setLong(false);
    const timer = setTimeout(() => setLong(true), TROUBLE_MS);
    return () => clearTimeout(timer);
  }, [away]);
  return away && long;
}

/** Whether what is shown may be old: there was a state, and the connection has been away for a while. */
export function useOutdated(): boolean {
  const loaded = useFleetValue(isLoaded);
  return useTrouble() && loaded === true;
}

/** When what is shown was last known to be so: the moment the connection went, or the last poll since. */
export function useAsOf(): string | null {
  const { phase } = useConnection();
  const fleet = useFleet();
  const [asOf, setAsOf] = useState<string | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the moment in which one of these changed.
  useEffect(() => {
    setAsOf(phase === 'live' || fleet === null ? null : new Date().toISOString());
  }, [phase === 'live', fleet]);
  return asOf;
}
