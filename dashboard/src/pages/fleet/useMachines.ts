import { useEffect, useState } from 'react';
import { useConnection, useHub, useRealtime } from '../../data';
import { machinesOf, type Machines } from './machines';

/** The machines: asked once, so that there is something to see, and told every few seconds from then on. */
export function useMachines(): { machines: Machines | null; failure: string | null } {
  const { api } = useHub();
  const told = useRealtime();
  const live = useConnection().phase === 'live';
  const [asked, setAsked] = useState<{ machines: Machines | null; failure: string | null }>({ machines: null, failure: null });
  const first = told === null && live;
  useEffect(() => {
    if (!first) return;
    const asking = new AbortController();
    api.hosts({ signal: asking.signal }).then(
      (answer) => setAsked({ machines: machinesOf(answer), failure: null }),
      (failed: unknown) => {
        if (!asking.signal.aborted) setAsked({ machines: null, failure: failed instanceof Error ? failed.message : String(failed) });
      },
    );
    return () => asking.abort();
  }, [api, first]);
  return told ? { machines: machinesOf(told), failure: null } : asked;
}
