import { Outlet, useRouterState } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { Attention } from '../attention/Attention';
import { onKey } from '../commands';
import { needingIn, useConnection, useFleetValue } from '../data';
import { CommandCenter } from '../palette/CommandCenter';
import { SessionToasts } from '../toasts/SessionToasts';
import { Announcer } from './Announcer';
import { ConnectionBanner } from './ConnectionBanner';
import { Header } from './Header';
import { RefusalNotice } from './RefusalNotice';
import { Sidebar } from './Sidebar';
import { useOutdated } from './freshness';

/** What stands around every page. */
export function Shell() {
  const outdated = useOutdated();
  const { refusal } = useConnection();
  useTitle();
  useFocusOnArrival();
  useEffect(() => {
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);

  return (
    <div className="flex h-dvh overflow-hidden">
      <a
        href="#main"
        className="absolute top-2 left-2 z-50 -translate-y-16 rounded-md bg-accent px-3 py-1.5 font-medium text-on-accent focus:translate-y-0"
      >
        Skip to the content
      </a>
      <Sidebar outdated={outdated} />
      <div className="flex min-w-0 grow flex-col">
        <Header />
        {refusal === null ? <ConnectionBanner /> : <RefusalNotice reason={refusal} />}
        <main id="main" tabIndex={-1} data-outdated={outdated} className="relative flex min-h-0 grow flex-col bg-surface outline-none">
          <Outlet />
        </main>
      </div>
      <CommandCenter />
      <Announcer />
      <Attention />
      <SessionToasts />
    </div>
  );
}

function useTitle(): void {
  const needing = useFleetValue(needingIn) ?? 0;
  useEffect(() => {
    document.title = needing > 0 ? `(${needing}) Rollcall` : 'Rollcall';
  }, [needing]);
}

/** Another page begins at its content: the focus must not stay on something that is gone. */
function useFocusOnArrival(): void {
  const path = useRouterState({ select: (state) => state.resolvedLocation?.pathname });
  const before = useRef(path);
  useEffect(() => {
    if (before.current !== undefined && before.current !== path) document.getElementById('main')?.focus({ preventScroll: true });
    before.current = path;
  }, [path]);
}
