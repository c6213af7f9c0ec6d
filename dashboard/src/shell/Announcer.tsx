import { useEffect, useRef, useState } from 'react';
import { needingIn, useFleetValue } from '../data';

/** At most one announcement in this time, of where things stand by then. */
const EVERY_MS = 3_000;

/** Tells a screen reader that more sessions need a person than before. Everything else it may look up in peace. */
export function Announcer() {
  const needing = useFleetValue(needingIn);
  const [said, setSaid] = useState('');
  const told = useRef<number | null>(null);
  const latest = useRef(needing);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  useEffect(() => {
    latest.current = needing;
    if (needing === null) return;
    if (told.current === null || needing < told.current) {
      told.current = needing;
      // The same words again would be no change, and nobody would hear them.
      setSaid('');
    }
    if (needing <= told.current || timer.current !== undefined) return;
    const say = (): void => {
      timer.current = undefined;
      const now = latest.current ?? 0;
      if (now <= (told.current ?? 0)) return;
      told.current = now;
      setSaid(now === 1 ? '1 session needs you' : `${now} sessions need you`);
      timer.current = setTimeout(say, EVERY_MS);
    };
    say();
  }, [needing]);
  useEffect(() => () => clearTimeout(timer.current), []);

  return <div role="alert" className="sr-only" data-testid="announcer">{said}</div>;
}
