import { useMutation } from '@tanstack/react-query';
import { useId, useState, type FormEvent } from 'react';
import { HubError, useHub } from '../../data';
import { Button } from '../../design/Button';
import { CopyButton } from '../../design/CopyButton';
import { Input } from '../../design/Input';
import { Refused } from '../../design/Refused';
import { AbsoluteTime } from '../../design/Time';
import { useScopes, type Scope } from '../../scopes';
import { access, keyApi } from '../../signIn/access';

const scopes: readonly { scope: Scope; does: string }[] = [
  { scope: 'watch', does: 'see sessions, figures and alerts' },
  { scope: 'report', does: 'tell what sessions do' },
  { scope: 'control', does: 'act on sessions' },
  { scope: 'operate', does: 'change rules and flags' },
];

/** A token for a short time, such as for another browser: it does no more than the key of this page. */
export function TokenMaker() {
  const hub = useHub();
  const own = useScopes();
  const id = useId();
  const [chosen, setChosen] = useState<readonly Scope[]>(['watch']);
  const [minutes, setMinutes] = useState('15');
  const { mutate, data, error, isPending } = useMutation({
    // A token makes no tokens: who has signed in shows the key.
    mutationFn: () => (access.key === null ? hub.api : keyApi(access.key)).createToken({ scopes: chosen, lifetime_seconds: Math.round(Number(minutes) * 60) }),
  });
  const wrong = error instanceof HubError ? error.rule('lifetime_seconds') : null;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    mutate();
  };
  return (
    <form onSubmit={submit} className="px-4 py-3" data-testid="token-maker">
      <h3 className="font-medium">A short-lived token</h3>
      <p className="text-quiet">For another browser or a quick look. It is not kept, and ends with the hub’s process.</p>
      <fieldset className="mt-3">
        <legend className="text-xs text-quiet">It may</legend>
        <div className="mt-1 grid gap-x-6 gap-y-1 sm:grid-cols-2">
          {scopes.map(({ scope, does }) => (
            <label key={scope} className="flex items-center gap-2">
              <input
                type="checkbox" checked={chosen.includes(scope)} disabled={own !== null && !own.includes(scope)} className="accent-accent"
                onChange={(event) => setChosen((before) => (event.target.checked ? [...before, scope] : before.filter((each) => each !== scope)))}
              />
              <span><code className="font-mono text-xs">{scope}</code> <span className="text-quiet">{does}</span></span>
            </label>
          ))}
        </div>
      </fieldset>
      <div className="mt-3 flex flex-wrap items-center gap-2">
        <label htmlFor={id} className="text-quiet">for</label>
        <Input
          id={id} inputMode="decimal" value={minutes} onChange={(event) => setMinutes(event.target.value)} autoComplete="off"
          aria-invalid={wrong !== null} aria-describedby={wrong ? `${id}-wrong` : undefined} className="w-16 tabular-nums aria-invalid:border-error"
        />
        <span className="text-quiet">minutes</span>
        <Button type="submit" disabled={isPending || chosen.length === 0}>Make a token</Button>
      </div>
      {wrong && <p id={`${id}-wrong`} className="mt-1 text-xs text-error">The seconds that this is {wrong}.</p>}
      {error && !wrong && <div className="mt-3"><Refused what="No token was made." why={error} /></div>}
      {data && !error && (
        <div className="mt-3" role="status">
          <div className="flex items-center gap-2">
            <code tabIndex={0} data-testid="token" className="focus-inside min-w-0 grow overflow-x-auto rounded-md bg-raised px-2 py-1 font-mono text-xs whitespace-nowrap">{data.token}</code>
            <CopyButton text={data.token} />
          </div>
          <p className="mt-1 text-quiet">For {data.scopes.join(', ')}, until <AbsoluteTime time={data.expires_at} />.</p>
        </div>
      )}
    </form>
  );
}
