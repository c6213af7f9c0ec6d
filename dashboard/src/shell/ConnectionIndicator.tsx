import { useConnection, type Connection } from '../data';

const looks: Record<Connection['phase'], { text: string; dot: string; hint: string }> = {
  live: { text: 'text-live', dot: 'bg-current', hint: 'Every change arrives the moment it happens.' },
  connecting: {
    text: 'text-quiet', dot: 'border-2 border-current animate-breathe', hint: 'Opening the connection to the hub.',
  },
  reconnecting: {
    text: 'bg-working-soft text-working', dot: 'border-2 border-current animate-breathe',
    hint: 'The connection was lost. What you see may be a few seconds old.',
  },
  offline: {
    text: 'bg-error-soft text-error', dot: 'border-2 border-current',
    hint: 'The hub cannot be reached. What you see is old. This page goes on trying.',
  },
};

const words: Record<Connection['phase'], string> = {
  live: 'Live', connecting: 'Connecting', reconnecting: 'Reconnecting', offline: 'Offline',
};

/** Says whether what the page shows is of now. */
export function ConnectionIndicator() {
  const connection = useConnection();
  const look = looks[connection.phase];
  const unread = connection.malformed > 0 ? ` ${connection.malformed} unreadable messages were ignored.` : '';
  const tries = connection.phase === 'reconnecting' ? ` (${connection.attempts})` : '';
  return (
    <>
      {/* A screen reader hears each phase once, not every try. */}
      <span role="status" className="sr-only">{words[connection.phase]}</span>
      <span
        data-testid="connection" data-phase={connection.phase} title={look.hint + unread} aria-hidden="true"
        className={`inline-flex h-6 items-center gap-1.5 rounded-full px-2 text-xs font-medium whitespace-nowrap tabular-nums ${look.text}`}
      >
        <span className={`size-2 rounded-full ${look.dot}`} />
        {words[connection.phase] + tries}
      </span>
    </>
  );
}
