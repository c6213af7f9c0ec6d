import { ChevronRight, ExternalLink } from 'lucide-react';
import { CopyButton } from '../../../design/CopyButton';
import { access } from '../../../signIn/access';
import { seqOf, type SessionEvent } from '../log/logState';
import { exactTime, fullTime } from '../times';

/** One event: its name and its fields in a line; unfolded, all of it, to copy or to read where the hub tells it. */
export function RawEvent({ event, id, open, toggle }: { event: SessionEvent; id: string; open: boolean; toggle: (seq: number) => void }) {
  const seq = seqOf(event);
  const { time, session_id: _, ...fields } = event.payload;
  const whole = JSON.stringify(event, null, 2);
  return (
    <div data-testid="raw-event" data-event={event.event} className="border-b border-line">
      <button
        type="button" aria-expanded={open} onClick={() => toggle(seq)}
        className="focus-inside flex h-8 w-full items-center gap-2 px-4 text-left hover:bg-raised sm:px-5"
      >
        <ChevronRight className={`size-3.5 shrink-0 text-quiet ${open ? 'rotate-90' : ''}`} aria-hidden="true" />
        <time dateTime={time} title={fullTime(time)} className="shrink-0 text-xs text-quiet tabular-nums">{exactTime(time)}</time>
        <span className="shrink-0 font-mono text-xs font-medium">{event.event}</span>
        {!open && <span className="min-w-0 truncate font-mono text-xs text-quiet">{JSON.stringify(fields).slice(0, 300)}</span>}
      </button>
      {open && (
        <div className="px-4 pb-3 sm:px-5">
          <div className="rounded-lg border border-line bg-canvas">
            <div className="flex items-center gap-3 border-b border-line px-2 py-1.5">
              <CopyButton text={whole} />
              {/* A link takes no key along. */}
              {access.key === null && (
                <a
                  href={`/api/v1/sessions/${encodeURIComponent(id)}/events?after=${seq - 1}&limit=1`} target="_blank" rel="noreferrer"
                  className="inline-flex items-center gap-1 text-xs font-medium text-accent hover:underline"
                >
                  Over HTTP <ExternalLink className="size-3" aria-hidden="true" /><span className="sr-only">(in another tab)</span>
                </a>
              )}
            </div>
            <pre className="max-h-96 overflow-auto p-3 font-mono text-xs [overflow-wrap:anywhere] whitespace-pre-wrap" tabIndex={0} role="region" aria-label={`Event ${seq}`}>{whole}</pre>
          </div>
        </div>
      )}
    </div>
  );
}
