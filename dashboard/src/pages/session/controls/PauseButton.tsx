import { Pause, Play } from 'lucide-react';
import { useCallback, useMemo, useRef, useState } from 'react';
import { useCommands, type Command } from '../../../commands';
import { useConnection, useHub, type SessionView } from '../../../data';
import { Button } from '../../../design/Button';
import { inWords, push } from './push';

/** What was asked, and since when the hub's log has it; null while it was not answered. */
interface Asked {
  pause: boolean;
  seq: number | null;
}

/** Pauses and resumes. What it shows is what the hub has written down, and that it was asked for more. */
export function PauseButton({ session }: { session: SessionView }) {
  const hub = useHub();
  const connected = useConnection().phase === 'live';
  const [asked, setAsked] = useState<Asked | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const { id, is_paused: paused, seq } = session;
  const pending = asked !== null && (asked.seq === null || seq < asked.seq);
  const now = useRef({ paused, pending, connected });
  now.current = { paused, pending, connected };

  const turn = useCallback(async (): Promise<void> => {
    if (now.current.pending || !now.current.connected) return;
    const pause = !now.current.paused;
    setTrouble(null);
    setAsked({ pause, seq: null });
    try {
      const answer = await push(hub, id, pause ? 'pause' : 'resume', {});
      setAsked({ pause, seq: answer.seq });
    } catch (failure) {
      setAsked(null);
      setTrouble(inWords(failure));
    }
  }, [hub, id]);
  useCommands(useMemo<readonly Command[]>(
    () => [{ id: 'session.pause', name: 'Pause or resume the session', keys: ['p'], run: () => void turn() }], [turn],
  ));

  const Icon = paused ? Play : Pause;
  const word = pending ? (asked.pause ? 'Pausing…' : 'Resuming…') : paused ? 'Resume' : 'Pause';
  return (
    <>
      {trouble !== null && <span role="alert" className="max-w-60 text-xs text-error">{trouble}</span>}
      <Button
        onClick={() => void turn()} disabled={pending || !connected} aria-busy={pending} data-testid="pause"
        title={connected ? undefined : 'Not connected: nothing can be asked of it'}
      >
        <Icon className="size-3.5" aria-hidden="true" />{word}
      </Button>
    </>
  );
}
