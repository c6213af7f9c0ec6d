import type { ReactNode } from 'react';
import { CopyButton } from '../../design/CopyButton';
import { Card } from '../../design/Surfaces';
import { access } from '../../signIn/access';
import { hookSettings } from './hookSettings';

/** Nothing runs: how to connect an agent to this very hub. Gone by itself with the first signal. */
export function FirstRun() {
  const needsKey = access.key !== null;
  const settings = hookSettings(location.origin, needsKey);
  return (
    <section data-testid="empty" className="mx-auto w-full max-w-3xl px-4 py-10 sm:px-6 sm:py-14">
      <p className="flex items-center gap-2 text-xs font-medium text-quiet">
        <span className="size-2 animate-breathe rounded-full bg-live" aria-hidden="true" /> Listening for the first signal
      </p>
      <h2 className="mt-2 text-lg font-semibold tracking-tight">No live sessions</h2>
      <p className="mt-1 max-w-xl text-quiet">
        Connect an agent: for Claude Code, put these lines into <Code>~/.claude/settings.json</Code> and send it a
        prompt. It appears here by itself.
      </p>
      <Card className="mt-5 overflow-hidden">
        <div className="flex h-10 items-center justify-between border-b border-line pr-1.5 pl-4">
          <span className="font-mono text-xs text-quiet">settings.json</span>
          <CopyButton text={settings} />
        </div>
        <pre tabIndex={0} aria-label="Claude Code settings" className="focus-inside max-h-80 overflow-auto p-4 font-mono text-xs leading-5">
          {settings}
        </pre>
      </Card>
      {needsKey && (
        <p className="mt-4 text-quiet">
          This hub needs a key: <Code>rollcall key create --scope report</Code> makes one that may only report. Export it as{' '}
          <Code>ROLLCALL_KEY</Code> before the agent starts.
        </p>
      )}
      <p className="mt-4 text-quiet">
        Any other program reports over HTTP: <Code>POST {location.origin}/api/v1/sessions</Code>{needsKey && <>, with <Code>Authorization: Bearer</Code> and the key</>}
      </p>
    </section>
  );
}

const Code = ({ children }: { children: ReactNode }) => (
  <code className="rounded bg-raised px-1 py-0.5 font-mono text-xs text-ink">{children}</code>
);
