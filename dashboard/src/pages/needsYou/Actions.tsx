import { useNavigate } from '@tanstack/react-router';
import { ArrowRight, Check, Copy, MessageSquare, X } from 'lucide-react';
import { useMemo, useRef, useState } from 'react';
import type { Wait } from '../../attention/waits';
import { useCommands, type Command } from '../../commands';
import { Button } from '../../design/Button';
import { revealed } from '../../plainText';
import type { Answer } from './answering';
import { isYesOrNo } from './asked';
import { resumeCommand } from '../../resumeCommand';

interface Props {
  wait: Wait;
  selected: boolean;
  /** Nobody would hear it. */
  deaf: boolean;
  /** Nobody would hear it, or it was said already. */
  closed: boolean;
  /** Whether a key that answers is meant for this one. */
  isMeant: () => boolean;
  onAnswer: (wait: Wait, answer: Answer) => void;
  onReply: () => void;
}

/** What can be done about it. Where no program listens, a person can still take the session up. */
export function Actions({ wait, selected, deaf, closed, isMeant, onAnswer, onReply }: Props) {
  const navigate = useNavigate();
  const yesOrNo = isYesOrNo(wait.session);
  const command = resumeCommand(wait.session);
  // One thing at a time meets the eye: the answer of the session that the keys are on.
  const first = selected && !deaf;
  const { outcome, copy } = useCopy(command);
  const does = {
    approve: () => { if (yesOrNo && !closed) onAnswer(wait, { kind: 'approve' }); },
    deny: () => { if (yesOrNo && !closed) onAnswer(wait, { kind: 'deny' }); },
    reply: () => { if (!closed) onReply(); },
    open: () => void navigate({ to: '/sessions/$id', params: { id: wait.session.id } }),
    copy: () => void copy(),
  };
  const CopyIcon = outcome === 'copied' ? Check : Copy;

  return (
    <div className="mt-3 flex flex-wrap items-center gap-1.5">
      {selected && <Keys does={does} isMeant={isMeant} />}
      {yesOrNo && (
        <>
          <Button look={first ? 'primary' : 'plain'} disabled={closed} onClick={does.approve}><Check className="size-3.5" aria-hidden="true" /> Approve</Button>
          <Button disabled={closed} onClick={does.deny}><X className="size-3.5" aria-hidden="true" /> Deny</Button>
        </>
      )}
      <Button look={first && !yesOrNo ? 'primary' : 'plain'} disabled={closed} onClick={does.reply}><MessageSquare className="size-3.5" aria-hidden="true" /> Reply</Button>
      <span className="ml-auto flex gap-1.5">
        {command !== null && (
          <Button title={revealed(command)} onClick={does.copy} data-testid="copy-command">
            <CopyIcon className="size-3.5" aria-hidden="true" />
            <span aria-live="polite">{outcome === 'copied' ? 'Copied' : outcome === 'failed' ? 'Not copied' : <>Copy <span className="max-sm:hidden">resume </span>command</>}</span>
          </Button>
        )}
        <Button look="bare" className="-mr-2" onClick={does.open}>Open <ArrowRight className="size-3.5" aria-hidden="true" /></Button>
      </span>
      {outcome === 'failed' && command !== null && <code className="w-full font-mono text-xs break-all select-all">{revealed(command)}</code>}
    </div>
  );
}

/** The keys of the session that is selected. */
function Keys({ does, isMeant }: { does: Record<'approve' | 'deny' | 'reply' | 'open' | 'copy', () => void>; isMeant: () => boolean }) {
  const latest = useRef(does);
  latest.current = does;
  useCommands(useMemo<readonly Command[]>(() => [
    { id: 'needs-you.approve', name: 'Approve what is asked', keys: ['a'], run: () => { if (isMeant()) latest.current.approve(); } },
    { id: 'needs-you.deny', name: 'Deny what is asked', keys: ['d'], run: () => { if (isMeant()) latest.current.deny(); } },
    { id: 'needs-you.reply', name: 'Reply to the session', keys: ['r'], run: () => latest.current.reply() },
    { id: 'needs-you.open', name: 'Open the session that waits', keys: ['o', 'Enter'], run: () => latest.current.open() },
    { id: 'needs-you.copy', name: 'Copy the command that resumes it', keys: ['c'], run: () => latest.current.copy() },
  ], [isMeant]));
  return null;
}

function useCopy(text: string | null) {
  const [outcome, setOutcome] = useState<'copied' | 'failed' | null>(null);
  const copy = async (): Promise<void> => {
    if (text === null) return;
    // Browsers give the clipboard to secure pages only, and to this machine's own.
    const done = await navigator.clipboard?.writeText(text).then(() => true, () => false);
    setOutcome(done ? 'copied' : 'failed');
    if (done) setTimeout(() => setOutcome(null), 2_000);
  };
  return { outcome, copy };
}
