import { Check, ChevronDown, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { SessionView } from '../../../data';
import { Button } from '../../../design/Button';
import { Menu, MenuItem } from '../../../design/Menu';
import { resumeCommand } from '../../../resumeCommand';
import { pathOf } from '../../../session';

const SAID_MS = 2_000;

/** Puts the session's id, its address, or what takes it up again in a terminal, into the clipboard. */
export function CopyMenu({ session }: { session: SessionView }) {
  const [said, setSaid] = useState<string | null>(null);
  useEffect(() => {
    if (said === null) return;
    const timer = setTimeout(() => setSaid(null), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = async (text: string): Promise<void> => {
    // Browsers give the clipboard to secure pages only, and to this machine's own.
    const done = await navigator.clipboard?.writeText(text).then(() => true, () => false);
    setSaid(done ? 'Copied' : 'Not allowed here');
  };
  const resume = resumeCommand(session);
  return (
    <Menu
      align="end"
      trigger={
        <Button data-testid="copy-menu">
          {said === 'Copied' ? <Check className="size-3.5" aria-hidden="true" /> : <Copy className="size-3.5" aria-hidden="true" />}
          <span aria-live="polite">{said ?? 'Copy'}</span>
          <ChevronDown className="size-3 text-quiet" aria-hidden="true" />
        </Button>
      }
    >
      {resume !== null && <MenuItem onSelect={() => void copy(resume)}>Command that resumes it</MenuItem>}
      <MenuItem onSelect={() => void copy(session.id)}>Id</MenuItem>
      <MenuItem onSelect={() => void copy(location.origin + pathOf(session))}>Link</MenuItem>
    </Menu>
  );
}
