import { useRouter, useRouterState } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { needingIn, sessionsOf, useHubOrNull } from '../data';
import { useFleetValue } from '../fleetFrames';
import { allowSound, bells } from './bells';
import { showFavicon } from './favicon';
import { lead, THE_QUEUE, useLooking } from './looking';
import { notificationChoice } from './notificationChoice';
import { Notifier } from './notifier';
import { Waits } from './waits';

/** Calls for a person who is elsewhere: the count in the tab's icon, notifications, a sound. Shows nothing itself. */
export function Attention() {
  const needing = useFleetValue((fleet) => (fleet ? needingIn(fleet) : 0));
  useEffect(() => showFavicon(needing), [needing]);
  useLooking(useRouterState({ select: ({ location }) => lookedAt(location.pathname) }));
  useNotifications();
  return null;
}

function lookedAt(path: string): string | null {
  if (path === '/needs-you') return THE_QUEUE;
  const [, id] = /^\/sessions\/([^/]+)/.exec(path) ?? [];
  try {
    return id === undefined ? null : decodeURIComponent(id);
  } catch {
    // An address that somebody typed: no session is called so.
    return null;
  }
}

/** From the hub itself, not from what is rendered: pages that nobody looks at are rendered late. */
function useNotifications(): void {
  const hub = useHubOrNull();
  const router = useRouter();
  const choice = notificationChoice.use();
  const latest = useRef(choice);
  useEffect(() => { latest.current = choice; });

  useEffect(() => {
    if (!hub) return;
    const leading = lead();
    const notifier = new Notifier(bells(leading.leads, (path) => void router.navigate({ to: path })), () => latest.current);
    const waits = new Waits();
    const watch = hub.watch('sessions');
    const hear = (): void => {
      if (watch.state?.epoch) notifier.hear(waits.update(sessionsOf(watch.state)));
    };
    hear();
    watch.onChange(hear);
    return () => {
      watch.leave();
      notifier.stop();
      leading.stop();
    };
  }, [hub, router]);

  useEffect(() => {
    if (!choice.sound) return;
    const touched = ['pointerdown', 'keydown'] as const;
    touched.forEach((event) => addEventListener(event, allowSound));
    return () => touched.forEach((event) => removeEventListener(event, allowSound));
  }, [choice.sound]);
}
