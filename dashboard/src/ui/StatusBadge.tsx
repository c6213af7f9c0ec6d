import { badgeOf, type Badge, type SessionView } from '@rollcall/client';
import { ErrorIcon, WaitingIcon, WorkingIcon } from './icons';

const looks: Record<Exclude<Badge, null>, { word: string; color: string; Icon: typeof ErrorIcon; motion: string }> = {
  waiting: { word: 'Waiting', color: 'bg-waiting text-surface', Icon: WaitingIcon, motion: '' },
  error: { word: 'Error', color: 'bg-error-soft text-error', Icon: ErrorIcon, motion: '' },
  working: { word: 'Working', color: 'bg-working-soft text-working', Icon: WorkingIcon, motion: 'animate-breathe' },
};

/** The session's state in an icon and a word. An idle session has none. */
export function StatusBadge({ session }: { session: SessionView }) {
  const badge = badgeOf(session);
  if (badge === null) return <span className="sr-only">{session.status}</span>;
  const { word, color, Icon, motion } = looks[badge];
  const message = badge === 'error' && session.error_message ? { title: session.error_message } : {};
  return (
    <span
      data-testid="badge" data-badge={badge} {...message}
      className={`inline-flex items-center gap-1.5 rounded-full py-0.5 pr-2.5 pl-2 text-xs font-semibold whitespace-nowrap ${color}`}
    >
      <Icon className={`size-3.5 ${motion}`} />
      {word}
    </span>
  );
}
