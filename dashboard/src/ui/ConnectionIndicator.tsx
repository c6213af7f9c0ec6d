import { useConnection } from '@rollcall/client/react';
import type { Connection } from '@rollcall/client';

const looks: Record<Connection['phase'], { pill: string; dot: string; hint: string }> = {
  live: {
    pill: 'bg-live-soft text-live', dot: 'bg-current', hint: 'Every change arrives the moment it happens.',
  },
  connecting: {
    pill: 'bg-raised text-quiet', dot: 'border-2 border-current animate-breathe', hint: 'Opening the connection to the hub.',
  },
  reconnecting: {
    pill: 'bg-working-soft text-working', dot: 'border-2 border-current animate-breathe',
    hint: 'The connection was lost. What you see may be a few seconds old.',
  },
  offline: {
    pill: 'bg-error-soft text-error', dot: 'border-2 border-current',
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
        className={`inline-flex items-center gap-2 rounded-full px-3 py-1 text-xs font-medium tabular-nums ${look.pill}`}
      >
        <span className={`size-2 rounded-full ${look.dot}`} />
        {words[connection.phase] + tries}
      </span>
    </>
  );
}
