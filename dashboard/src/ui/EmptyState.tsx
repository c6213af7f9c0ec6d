import { useState, type ReactNode } from 'react';
import { hookSettings } from './hookSettings';
import { CheckIcon, CopyIcon } from './icons';

/** Nothing runs: how to connect an agent to this very hub. */
export function EmptyState() {
  const settings = hookSettings(location.origin);
  return (
    <section data-testid="empty" className="rounded-xl border border-line bg-surface p-6 sm:p-8">
      <h2 className="text-base font-semibold">No live sessions</h2>
      <p className="mt-1 max-w-2xl text-quiet">
        Connect an agent: for Claude Code, put these lines into <Code>~/.claude/settings.json</Code> and send it a
        prompt. It appears here by itself.
      </p>
      <div className="relative mt-4">
        <pre
          tabIndex={0} aria-label="Claude Code settings"
          className="overflow-x-auto rounded-lg border border-line bg-raised p-4 font-mono text-xs leading-5"
        >
          {settings}
        </pre>
        <CopyButton text={settings} />
      </div>
      <p className="mt-4 max-w-2xl text-quiet">
        Any other program reports over HTTP: <Code>POST {location.origin}/api/v1/sessions</Code>
      </p>
    </section>
  );
}

const Code = ({ children }: { children: ReactNode }) => (
  <code className="rounded bg-raised px-1 py-0.5 font-mono text-xs text-ink">{children}</code>
);

function CopyButton({ text }: { text: string }) {
  const [outcome, setOutcome] = useState<'copied' | 'failed' | null>(null);
  const copy = async (): Promise<void> => {
    // Browsers give the clipboard to secure pages only, and to this machine's own.
    const done = await navigator.clipboard?.writeText(text).then(() => true, () => false);
    setOutcome(done ? 'copied' : 'failed');
    setTimeout(() => setOutcome(null), 2_000);
  };
  return (
    <button
      type="button" onClick={() => void copy()}
      className="absolute top-2.5 right-2.5 inline-flex cursor-pointer items-center gap-1.5 rounded-md border border-line bg-surface px-2.5 py-1 text-xs font-medium hover:bg-raised"
    >
      {outcome === 'copied' ? <CheckIcon /> : <CopyIcon />}
      <span aria-live="polite">{outcome === 'copied' ? 'Copied' : outcome === 'failed' ? 'Select and copy it' : 'Copy'}</span>
    </button>
  );
}
