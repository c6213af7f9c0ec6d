import {
  CircleQuestionMark, CircleStop, Coins, ListChecks, MessageSquare, Moon, Pause, Pencil, Play, SquareTerminal, TriangleAlert, Zap, type LucideIcon,
} from 'lucide-react';
import { memo } from 'react';
import { plain } from '../../../plainText';
import { fullTime } from '../times';
import type { Entry } from './entries';
import type { Look } from './words';

const looks: Record<Look, { Icon: LucideIcon; color: string; words?: string }> = {
  begin: { Icon: Play, color: 'text-quiet', words: 'font-medium' },
  working: { Icon: Zap, color: 'text-working', words: 'font-medium' },
  waiting: { Icon: CircleQuestionMark, color: 'text-waiting', words: 'font-medium text-waiting' },
  error: { Icon: TriangleAlert, color: 'text-error', words: 'font-medium text-error' },
  idle: { Icon: Moon, color: 'text-quiet', words: 'font-medium' },
  end: { Icon: CircleStop, color: 'text-quiet', words: 'font-medium' },
  pause: { Icon: Pause, color: 'text-quiet', words: 'font-medium' },
  task: { Icon: ListChecks, color: 'text-quiet' },
  output: { Icon: SquareTerminal, color: 'text-quiet' },
  message: { Icon: MessageSquare, color: 'text-quiet' },
  usage: { Icon: Coins, color: 'text-quiet' },
  change: { Icon: Pencil, color: 'text-quiet' },
};

/** One line of the timeline; its detail is text, without what a terminal would obey, and never markup. */
export const EntryLine = memo(function EntryLine({ entry, time, last }: { entry: Entry; time: string | null; last: boolean }) {
  const { Icon, color, words = '' } = looks[entry.look];
  return (
    <div data-testid="entry" data-look={entry.look} className="flex gap-3 px-4 sm:px-5">
      <time dateTime={entry.time} title={fullTime(entry.time)} className="w-10 shrink-0 pt-1.5 text-right text-xs text-quiet tabular-nums">
        {time ?? <span className="sr-only">{fullTime(entry.time)}</span>}
      </time>
      <div className="flex shrink-0 flex-col items-center">
        <span className={`flex size-8 items-center justify-center ${color}`}><Icon className="size-4" aria-hidden="true" /></span>
        {!last && <span className="-my-1 w-px grow bg-line" />}
      </div>
      <div className="min-w-0 grow pt-1.5 pb-2">
        <p className={words}>{plain(entry.words)}</p>
        {entry.detail !== undefined && entry.detail !== '' && (
          <p className="mt-0.5 line-clamp-3 font-mono text-xs break-words whitespace-pre-wrap text-quiet">{plain(entry.detail)}</p>
        )}
      </div>
    </div>
  );
});
