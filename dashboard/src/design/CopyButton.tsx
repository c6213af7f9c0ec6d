import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { Button } from './Button';

/** Puts a text into the clipboard, and says whether that worked. */
export function CopyButton({ text, className = '' }: { text: string; className?: string }) {
  const [outcome, setOutcome] = useState<'copied' | 'failed' | null>(null);
  const copy = async (): Promise<void> => {
    // Browsers give the clipboard to secure pages only, and to this machine's own.
    const done = await navigator.clipboard?.writeText(text).then(() => true, () => false);
    setOutcome(done ? 'copied' : 'failed');
    setTimeout(() => setOutcome(null), 2_000);
  };
  const Icon = outcome === 'copied' ? Check : Copy;
  return (
    <Button onClick={() => void copy()} className={className}>
      <Icon className="size-3.5" aria-hidden="true" />
      <span aria-live="polite">{outcome === 'copied' ? 'Copied' : outcome === 'failed' ? 'Select and copy it' : 'Copy'}</span>
    </Button>
  );
}
