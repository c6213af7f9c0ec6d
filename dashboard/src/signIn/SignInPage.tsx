import { KeyRound } from 'lucide-react';
import { useEffect, useId, useRef, useState, type FormEvent } from 'react';
import { HubError } from '../data';
import { Button } from '../design/Button';
import { CopyButton } from '../design/CopyButton';
import { Input } from '../design/Input';
import { Card } from '../design/Surfaces';
import { access } from './access';

const COMMAND = 'rollcall key create --scope watch,control --expires 90d --name my-browser --data DIR';
const RULE = 'A key looks like rlc_<id>_<secret>.';

/** What is wrong with what was entered, before anybody is asked; null when nothing is. */
export function faultOf(key: string): string | null {
  if (key === '') return `Enter a key. ${RULE}`;
  if (key.startsWith('rlt_')) return `This is a short-lived token, which ends by itself. ${RULE}`;
  if (!/^rlc_[^_\s]+_\S+$/.test(key)) return `This is not a key. ${RULE}`;
  return null;
}

const wordsOf = (failed: unknown): string =>
  failed instanceof HubError && failed.status === 401 ? `The hub does not take this key: ${failed.message}. Check that all of it was copied, or make another.`
    : failed instanceof Error ? failed.message : String(failed);

/** Asks for a key. `why`: the one that was kept is no longer good. */
export default function SignInPage({ why }: { why: HubError | null }) {
  const id = useId();
  const [key, setKey] = useState('');
  const [remember, setRemember] = useState(false);
  const [failure, setFailure] = useState(why && `You were signed out: ${why.message}.`);
  const [asking, setAsking] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    document.title = 'Sign in · Rollcall';
    field.current?.focus();
  }, []);

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const fault = faultOf(key.trim());
    setFailure(fault);
    if (fault !== null) return field.current?.focus();
    setAsking(true);
    access.signIn(key.trim(), remember).catch((failed: unknown) => {
      setFailure(wordsOf(failed));
      setAsking(false);
      field.current?.focus();
    });
  };

  return (
    <main id="main" className="flex min-h-dvh flex-col items-center bg-canvas px-4 py-[12vh]" data-testid="sign-in">
      <div className="flex items-center gap-2.5">
        <img src="/favicon.svg" alt="" className="size-7" />
        <span className="text-base font-semibold tracking-tight">Rollcall</span>
      </div>
      <Card className="mt-6 w-full max-w-md p-6">
        <h1 className="text-lg font-semibold tracking-tight">Sign in</h1>
        <p className="mt-1 text-quiet">This hub shows its sessions to whoever has a key.</p>
        <form onSubmit={submit} noValidate className="mt-5 flex flex-col gap-3">
          <div>
            <label htmlFor={id} className="font-medium">Key</label>
            <Input
              ref={field} id={id} type="password" name="key" value={key} onChange={(event) => setKey(event.target.value)} placeholder="rlc_…"
              autoComplete="current-password" spellCheck={false} aria-invalid={failure !== null} aria-describedby={failure === null ? undefined : `${id}-failure`}
              className="mt-1 h-9! w-full font-mono aria-invalid:border-error"
            />
            {failure !== null && <p id={`${id}-failure`} role="alert" className="mt-1.5 text-error">{failure}</p>}
          </div>
          <label className="flex items-start gap-2">
            <input type="checkbox" checked={remember} onChange={(event) => setRemember(event.target.checked)} className="mt-0.5 size-4 accent-accent" />
            <span>
              Remember on this machine
              <span className="block text-xs text-quiet">{remember ? 'Kept by this browser, until you sign out.' : 'Kept by this tab, until it is closed.'}</span>
            </span>
          </label>
          <Button type="submit" look="primary" disabled={asking} className="mt-1 h-9! w-full">{asking ? 'Asking the hub…' : 'Sign in'}</Button>
        </form>
      </Card>
      <section aria-labelledby={`${id}-what`} className="mt-6 w-full max-w-md px-1">
        <h2 id={`${id}-what`} className="flex items-center gap-1.5 font-medium"><KeyRound className="size-3.5 text-quiet" aria-hidden="true" /> What is a key?</h2>
        <p className="mt-1 text-quiet">
          It says who may see sessions and who may act on them. Whoever runs the hub makes one on its machine (DIR is its data directory), where it is shown once:
        </p>
        <div className="mt-2 flex items-start gap-2">
          <code className="min-w-0 grow rounded-md bg-raised px-2 py-1.5 font-mono text-xs">{COMMAND}</code>
          <CopyButton text={COMMAND} />
        </div>
        <p className="mt-2 text-quiet">This page shows it to the hub for tokens that last an hour, and works with those.</p>
      </section>
    </main>
  );
}
