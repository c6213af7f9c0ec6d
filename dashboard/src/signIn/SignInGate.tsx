import { lazy, Suspense, useEffect, useSyncExternalStore, type ReactNode } from 'react';
import { useConnection } from '../data';
import { access } from './access';

const SignInPage = lazy(() => import('./SignInPage'));

/** Lets in whom the hub lets in; everybody else is asked for a key, and then goes on at the same address. */
export function SignInGate({ children }: { children: ReactNode }) {
  const { refusalCode, attempts } = useConnection();
  const refused = useSyncExternalStore(access.subscribe, access.readRefusal);
  useEffect(() => { if (attempts > 0) access.check(); }, [attempts]);
  const asked = refused !== null || (access.key === null && refusalCode === 'unauthenticated');
  const ready = useSyncExternalStore(access.subscribe, access.readIsReady);
  // Without its token a page would be refused everything it asks for.
  if (!asked && !ready) return null;
  return asked ? <Suspense><SignInPage why={refused} /></Suspense> : children;
}
