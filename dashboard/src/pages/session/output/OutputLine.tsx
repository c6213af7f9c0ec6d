import { memo } from 'react';
import type { Colour, Style } from './ansi';
import type { Line } from './lines';

/** Our own eight, which can be read on light and on dark. */
const colors: Record<Colour, string> = {
  black: 'text-quiet', white: 'text-ink', red: 'text-error', green: 'text-live', yellow: 'text-working', blue: 'text-waiting',
  magenta: 'text-accent', cyan: 'text-waiting',
};

const look = ({ color, bold, dim, italic, underline, struck }: Style): string | undefined => [
  color && colors[color], dim && !color && 'text-quiet', bold && 'font-semibold', italic && 'italic', underline && 'underline',
  struck && 'line-through',
].filter(Boolean).join(' ') || undefined;

const streams: Partial<Record<Line['stream'], { mark: string; name: string; edge: string }>> = {
  stderr: { mark: '!', name: 'stderr', edge: 'text-error' },
  tool: { mark: '›', name: 'tool', edge: 'text-quiet' },
  assistant: { mark: '“', name: 'assistant', edge: 'text-accent' },
};

/** One line, as text nodes in spans: what was written is never read as markup. */
export const OutputLine = memo(function OutputLine({ line }: { line: Line }) {
  const from = streams[line.stream];
  return (
    <div data-testid="output-line" data-stream={line.stream} className="flex min-h-5 px-4 leading-5 hover:bg-raised sm:px-5">
      <span className={`w-4 shrink-0 select-none ${from?.edge ?? ''}`} title={from?.name}>
        {from && <><span aria-hidden="true">{from.mark}</span><span className="sr-only">{from.name}: </span></>}
      </span>
      <span className="min-w-0 grow [overflow-wrap:anywhere] whitespace-pre-wrap [unicode-bidi:isolate]">
        {line.spans.map(({ text, style }, at) => <span key={at} className={look(style)}>{text}</span>)}
      </span>
    </div>
  );
});
