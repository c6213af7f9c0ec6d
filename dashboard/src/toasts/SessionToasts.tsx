import { useEffect, useRef } from 'react';
import { toast, Toaster } from 'sonner';
import { useFleetValue } from '../data';
import { pushedSince, wordsOf } from './words';

const SHOWN_MS = 5_000;
const AT_ONCE = 3;

/** Toasts for sessions that begin and end. The region stands there from the start, so that the first one is announced, too. */
export function SessionToasts() {
  const epoch = useFleetValue((fleet) => fleet.epoch);
  const events = useFleetValue((fleet) => fleet.sessionEvents);
  const before = useRef({ epoch, events });
  const shown = useRef<(string | number)[]>([]);

  useEffect(() => {
    const was = before.current;
    before.current = { epoch, events };
    if (!was.events || !events || was.epoch === null || was.epoch !== epoch) return;
    for (const change of pushedSince(was.events, events)) {
      const { title, total } = wordsOf(change);
      const say = change.event_type === 'session_created' ? toast.success : toast.error;
      shown.current.push(say(title, { description: total }));
      while (shown.current.length > AT_ONCE) toast.dismiss(shown.current.shift());
    }
  }, [epoch, events]);

  return (
    <Toaster
      position="bottom-right" duration={SHOWN_MS} visibleToasts={AT_ONCE} closeButton expand gap={8}
      containerAriaLabel="Sessions that began and ended" toastOptions={{ closeButtonAriaLabel: 'Close' }}
    />
  );
}
