import { useEffect, useState, useSyncExternalStore } from 'react';
import { nextFrame, useHub } from '../../../data';
import { SessionLog, type SessionLogView } from './SessionLog';

const nothing: SessionLogView = { log: null, loading: true, trouble: null, skipped: 0 };
const never = () => () => {};
const none = () => nothing;

/** A session's log, kept up while the component is shown; and how to read what is older. */
export function useSessionLog(id: string): SessionLogView & { older: () => void } {
  const hub = useHub();
  const [log, setLog] = useState<SessionLog | null>(null);
  useEffect(() => {
    const opened = new SessionLog(hub.api, id, hub.watch(`session:${id}`), nextFrame);
    setLog(opened);
    return () => opened.close();
  }, [hub, id]);
  const view = useSyncExternalStore(log?.subscribe ?? never, log?.read ?? none);
  return { ...view, older: () => void log?.older() };
}
