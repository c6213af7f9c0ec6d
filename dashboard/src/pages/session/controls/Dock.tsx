import { Check, CircleSlash, LoaderCircle, TriangleAlert } from 'lucide-react';
import { useCallback } from 'react';
import { useConnection, type SessionView } from '../../../data';
import { CopyButton } from '../../../design/CopyButton';
import { revealed } from '../../../plainText';
import { resumeCommand } from '../../../resumeCommand';
import { exactTime } from '../times';
import { useOwner } from '../useOwner';
import { Composer } from './Composer';
import { useSayings, type Saying } from './useSayings';

/** What can be said to the session from here; or why nothing can. */
export function Dock({ session }: { session: SessionView }) {
  const { owner, ask } = useOwner(session);
  const connected = useConnection().phase === 'live';
  const { sayings, say, cancel } = useSayings(session.id, useCallback(() => ask(), [ask]));
  const ended = session.ended_at !== null;
  const resume = ended ? resumeCommand(session) : null;
  if (ended && resume === null) return null;
  const owned = owner?.owned === true;
  return (
    <section aria-label="Messages" data-testid="dock" className="shrink-0 border-t border-line px-4 py-2 sm:px-5">
      {sayings.length > 0 && <ul className="mb-2 flex flex-col gap-1" aria-live="polite">{sayings.map((saying) => <SayingLine key={saying.key} saying={saying} />)}</ul>}
      {ended && resume !== null && (
        <div className="flex items-center gap-3">
          <code className="min-w-0 truncate font-mono text-xs text-quiet" title={revealed(resume)}>{revealed(resume)}</code>
          <CopyButton text={resume} className="ml-auto" />
        </div>
      )}
      {!ended && owned && <Composer say={say} cancel={cancel} hindrance={connected ? null : 'Not connected: nothing can be said to it now.'} />}
      {!ended && owner !== null && !owned && (
        <p data-testid="no-owner" className="flex items-start gap-2 py-0.5 text-xs text-quiet">
          <CircleSlash className="mt-0.5 size-3.5 shrink-0" aria-hidden="true" />
          No program owns this session, so nobody would hear a message or a cancel. It can be watched, and marked as paused.
        </p>
      )}
      {!ended && owner === null && <p className="py-0.5 text-xs text-quiet">{connected ? 'Asking who owns it…' : 'Who owns it is not known until the hub can be reached.'}</p>}
    </section>
  );
}

const states = {
  pending: { Icon: LoaderCircle, color: 'text-quiet', motion: 'animate-breathe' },
  told: { Icon: Check, color: 'text-live', motion: '' },
  refused: { Icon: TriangleAlert, color: 'text-error', motion: '' },
} as const;

/** One thing that was said, and what became of it. */
function SayingLine({ saying: { text, state, why, at } }: { saying: Saying }) {
  const { Icon, color, motion } = states[state];
  return (
    <li data-testid="saying" data-state={state} className="flex items-start gap-2 text-xs">
      <Icon className={`mt-0.5 size-3.5 shrink-0 ${color} ${motion}`} aria-hidden="true" />
      <span className="min-w-0 shrink truncate">{text ?? 'Stop what you do'}</span>
      <span className={`ml-auto shrink-0 text-right tabular-nums ${state === 'refused' ? color : 'text-quiet'}`}>
        {state === 'pending' ? 'On its way…' : state === 'told' ? `Handed to its owner at ${exactTime(at)}` : why}
      </span>
    </li>
  );
}
