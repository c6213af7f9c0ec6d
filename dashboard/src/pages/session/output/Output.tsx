import { useVirtualizer } from '@tanstack/react-virtual';
import { Pause, Play } from 'lucide-react';
import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useCommands, type Command } from '../../../commands';
import type { OutputPiece } from '../../../data';
import { Button } from '../../../design/Button';
import { EmptyState } from '../../../design/Surfaces';
import type { PageLog } from '../LogFoot';
import { OutputLines, type Line } from './lines';
import { OutputLine } from './OutputLine';
import { useFollow } from './useFollow';

const LINE_PX = 20;

const kept = {
  beginning: 'From its first line.',
  pruned: 'Older output is no longer in the hub’s log.',
  full: 'Older output is more than this page keeps; the hub’s log still has it.',
} as const;

/** What a session writes, as text. It follows the end until somebody reads further up. */
export function Output({ page, tail }: { page: PageLog; tail: readonly OutputPiece[] }) {
  const { log } = page;
  const [output] = useState(() => new OutputLines());
  const pieces = useMemo(() => (log?.events ?? []).flatMap((event) => (event.event === 'stream_output' ? [event.payload] : [])), [log?.events]);
  const all = output.feed(log === null ? tail : pieces).lines;

  const scroller = useRef<HTMLDivElement>(null);
  const { lines, waiting, following, toggle, onScroll } = useFollow(all, output.generation);
  const rows = useVirtualizer({
    count: lines.length, getScrollElement: () => scroller.current, estimateSize: () => LINE_PX, getItemKey: (at) => lines[at]!.key,
    overscan: 20, useFlushSync: false,
  });
  const height = rows.getTotalSize();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the end moves with the lines and their height.
  useLayoutEffect(() => {
    if (following && scroller.current) scroller.current.scrollTop = scroller.current.scrollHeight;
  }, [following, lines, height]);
  useKeptPlace(lines, output.generation, following, (at) => rows.scrollToIndex(at, { align: 'start' }));
  useCommands(useMemo<readonly Command[]>(
    () => [{ id: 'session.follow', name: 'Follow the output, or stop following', keys: ['f'], run: toggle }], [toggle],
  ));

  const before = output.dropped > 0 ? `${output.dropped.toLocaleString('en')} older lines are more than this page keeps.` : log?.edge ? kept[log.edge] : null;
  return (
    <>
      <div className="flex min-h-10 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-1 text-xs text-quiet sm:px-5">
        <span className="tabular-nums" data-testid="line-count">{lines.length.toLocaleString('en')} lines</span>
        {before !== null && <span data-testid="output-before">{before}</span>}
        {page.trouble !== null && <span role="alert" className="text-error">The log could not be read: {page.trouble}</span>}
        {log !== null && log.edge === null && output.dropped === 0 && (
          <Button className="h-6 text-xs" onClick={page.older} disabled={page.loading}>{page.loading ? 'Reading…' : 'Show older output'}</Button>
        )}
        <Button className="ml-auto h-6 text-xs" onClick={toggle} aria-pressed={following} data-testid="follow">
          {following
            ? <><Pause className="size-3" aria-hidden="true" />Following</>
            : <><Play className="size-3" aria-hidden="true" />{waiting > 0 ? `Follow (${waiting.toLocaleString('en')} new)` : 'Follow'}</>}
        </Button>
      </div>
      {lines.length === 0
        ? (
          <EmptyState title="It has written nothing">
            {log?.edge === null ? 'Not lately: older output may be in the log.' : 'Agents that report by hooks tell what they do, and not what they write.'}
          </EmptyState>
        )
        : (
          <div
            ref={scroller} onScroll={onScroll} tabIndex={0} role="region" aria-label="Output" data-testid="output"
            className="focus-inside min-h-0 grow overflow-y-auto bg-canvas py-2 font-mono text-xs"
          >
            <div className="relative" style={{ height }}>
              {rows.getVirtualItems().map(({ index, start, key }) => lines[index] && (
                <div
                  key={key} ref={rows.measureElement} data-index={index} className="absolute inset-x-0 top-0"
                  style={{ transform: `translateY(${start}px)` }}
                >
                  <OutputLine line={lines[index]} />
                </div>
              ))}
            </div>
          </div>
        )}
    </>
  );
}

/** Whoever reads at the top stays there when older lines are put before what they read. */
function useKeptPlace(lines: readonly Line[], generation: number, following: boolean, show: (at: number) => void): void {
  const before = useRef({ generation, count: lines.length });
  // biome-ignore lint/correctness/useExhaustiveDependencies: only other lines move a place.
  useLayoutEffect(() => {
    const { generation: old, count } = before.current;
    before.current = { generation, count: lines.length };
    if (generation !== old && !following && lines.length > count) show(lines.length - count);
  }, [lines, generation]);
}
