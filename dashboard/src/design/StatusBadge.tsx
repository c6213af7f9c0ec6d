import { CircleQuestionMark, TriangleAlert, Zap, type LucideIcon } from 'lucide-react';
import { badgeOf, type Badge, type SessionView } from '../data';
import { plain } from '../plainText';

type Shown = Exclude<Badge, null>;

/** How the three badges look everywhere: a shape, a word, and only then a colour. */
export const badges: Record<Shown, { word: string; Icon: LucideIcon; pill: string; text: string; motion: string }> = {
  waiting: { word: 'Waiting', Icon: CircleQuestionMark, pill: 'bg-waiting text-surface', text: 'text-waiting', motion: '' },
  error: { word: 'Error', Icon: TriangleAlert, pill: 'bg-error-soft text-error', text: 'text-error', motion: '' },
  working: { word: 'Working', Icon: Zap, pill: 'bg-working-soft text-working', text: 'text-working', motion: 'animate-breathe' },
};

/** What a badge says on hover: a failure, its message. */
export const hintOf = (session: SessionView): { title?: string } =>
  badgeOf(session) === 'error' && session.error_message ? { title: plain(session.error_message) } : {};

/** The session's state in an icon and a word. An idle session has none. */
export function StatusBadge({ session }: { session: SessionView }) {
  const badge = badgeOf(session);
  if (badge === null) return <span className="block pl-1 text-xs text-quiet capitalize">{session.status}</span>;
  const { word, Icon, pill, motion } = badges[badge];
  return (
    <span
      data-testid="badge" data-badge={badge} {...hintOf(session)}
      className={`flex h-5 w-fit items-center gap-1 rounded-full pr-2 pl-1.5 text-xs font-medium whitespace-nowrap ${pill}`}
    >
      <Icon className={`size-3 ${motion}`} strokeWidth={2.4} aria-hidden="true" />
      {word}
    </span>
  );
}
