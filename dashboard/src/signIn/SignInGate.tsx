import { lazy, Suspense, useEffect, useState, useSyncExternalStore, type ReactNode } from 'react';
import { useConnection } from '../data';
import { access } from './access';

const SignInPage = lazy(() => import('./SignInPage'));
/** An answer within this time is not waited for in words. */
const SOON_MS = 500;

/** Lets in whom the hub lets in; everybody else is asked for a key, and then goes on at the same address. */
export function SignInGate({ children }: { children: ReactNode }) {
  const { refusalCode, attempts } = useConnection();
  const refused = useSyncExternalStore(access.subscribe, access.readRefusal);
  useEffect(() => { if (attempts > 0) access.check(); }, [attempts]);
  const asked = refused !== null || (access.key === null && refusalCode === 'unauthenticated');
  const ready = useSyncExternalStore(access.subscribe, access.readIsReady);
  // Without its token a page would be refused everything it asks for.
  if (!asked && !ready) return <Asking />;
  return asked ? <Suspense><SignInPage why={refused} /></Suspense> : children;
}

/** The key was shown to the hub, which has not answered yet, or cannot. It is asked again by itself. */
function Asking() {
  const failure = useSyncExternalStore(access.subscribe, access.readFailure);
  const [long, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), SOON_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <main id="main" className="flex min-h-dvh flex-col items-center justify-center px-4 text-center">
      <div role="status" data-testid="asking-the-hub">
        {long && <h1 className="text-base font-semibold">Asking the hub…</h1>}
        {long && <p className="mt-1 text-quiet">{failure === null ? 'It has not answered yet.' : `The last try failed: ${failure.message}. It is asked again.`}</p>}
      </div>
    </main>
  );
}
