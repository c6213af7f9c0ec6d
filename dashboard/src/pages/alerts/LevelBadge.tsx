import { Info, OctagonAlert, TriangleAlert, type LucideIcon } from 'lucide-react';
import type { AlertLevel } from '../../data';

/** How bad it is, everywhere: a shape, a word, and only then a colour. */
export const looks: Record<AlertLevel, { word: string; Icon: LucideIcon; pill: string; text: string }> = {
  error: { word: 'Error', Icon: OctagonAlert, pill: 'bg-error-soft text-error', text: 'text-error' },
  warning: { word: 'Warning', Icon: TriangleAlert, pill: 'bg-working-soft text-working', text: 'text-working' },
  info: { word: 'Info', Icon: Info, pill: 'bg-raised text-quiet', text: 'text-quiet' },
};

/** What somebody has seen no longer calls. */
export function LevelBadge({ level, seen }: { level: AlertLevel; seen: boolean }) {
  const { word, Icon, pill } = looks[level];
  return (
    <span data-testid="level" className={`flex h-5 w-fit shrink-0 items-center gap-1 rounded-full pr-2 pl-1.5 text-xs font-medium whitespace-nowrap ${seen ? looks.info.pill : pill}`}>
      <Icon className="size-3" strokeWidth={2.4} aria-hidden="true" />
      {word}
    </span>
  );
}
