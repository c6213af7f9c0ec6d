import { useEffect, useState } from 'react';
import { useHub, type FleetState } from '../../data';

/** Adding up ten thousand sessions with every frame would be work that nobody can read. */
const EVERY_MS = 250;

/** The live sessions, a few times a second: for figures that many of them add up to. Null until they are here. */
export function useCalmFleet(): FleetState | null {
  const hub = useHub();
  const [fleet, setFleet] = useState(() => hub.peek('sessions')?.state ?? null);
  useEffect(() => {
    const watch = hub.watch('sessions');
    let due: ReturnType<typeof setTimeout> | undefined;
    const take = (): void => {
      due = undefined;
      setFleet(watch.state);
    };
    take();
    watch.onChange(() => { due ??= setTimeout(take, EVERY_MS); });
    return () => {
      clearTimeout(due);
      watch.leave();
    };
  }, [hub]);
  return fleet;
}
