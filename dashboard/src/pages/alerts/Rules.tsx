import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { HubError, useHub, type AlertKind, type AlertRulesPatch } from '../../data';
import { Button } from '../../design/Button';
import { Refused } from '../../design/Refused';
import { Card } from '../../design/Surfaces';
import { useMay } from '../../scopes';
import { kindNames, kinds } from './kinds';
import { RuleRow, type Wrong } from './RuleRow';
import { draftOf, patchOf, textOf, type Draft, type RuleText } from './ruleDraft';

const key = ['alerts', 'rules'];
const usual = Object.fromEntries(kindNames.map((kind) => [kind, textOf(kinds[kind].usual)])) as Draft;

/** From when on something is wrong. The hub says what of a change it does not take, and that stands at the field. */
export function Rules() {
  const hub = useHub();
  const cache = useQueryClient();
  const mayChange = useMay('operate');
  const { data: rules, error } = useQuery({
    queryKey: key, queryFn: ({ signal }) => hub.api.alertRules({ signal }), staleTime: 0, retry: false,
  });
  const [typed, setTyped] = useState<Draft | null>(null);
  const save = useMutation({
    mutationFn: (patch: AlertRulesPatch) => hub.api.setAlertRules(patch),
    onSuccess: (saved) => {
      cache.setQueryData(key, saved);
      setTyped(null);
    },
  });
  const { reset } = save;
  const change = useCallback((kind: AlertKind, rule: RuleText): void => {
    reset();
    setTyped((before) => ({ ...(before ?? draftOf(rules!)), [kind]: rule }));
  }, [rules, reset]);
  const refusal = save.error;
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => { if (refusal) list.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus(); }, [refusal]);
  const wrong = useCallback<Wrong>((field) => (refusal instanceof HubError ? refusal.rule(field) : null), [refusal]);

  if (error) return <div className="p-4 sm:p-5"><Refused what="The rules could not be loaded." why={error} /></div>;
  if (!rules) return <div className="grow" aria-busy="true" />;
  const draft = typed ?? draftOf(rules);
  const patch = patchOf(rules, draft);
  const isOfFields = refusal instanceof HubError && Object.keys(refusal.fields).length > 0;
  return (
    <>
      <div className="min-h-0 grow overflow-y-auto px-4 py-4 sm:px-5">
        <p className="max-w-xl text-quiet">
          An alert is told when a figure reaches a limit, and is over when it is below both again. An empty limit is off.
          {!mayChange && ' The key of this page may not change them: that needs the scope operate.'}
        </p>
        <Card className="mt-4 max-w-3xl">
          <ul ref={list}>
            {kindNames.map((kind) => <RuleRow key={kind} kind={kind} rule={draft[kind]} wrong={wrong} disabled={!mayChange} change={change} />)}
          </ul>
        </Card>
      </div>
      <div className="flex shrink-0 flex-wrap items-center gap-2 border-t border-line px-4 py-2.5 sm:px-5">
        <Button look="primary" disabled={!mayChange || patch === null || save.isPending} onClick={() => { if (patch) save.mutate(patch); }}>Save</Button>
        <Button disabled={patch === null || save.isPending} onClick={() => { reset(); setTyped(null); }}>Discard</Button>
        <Button look="bare" disabled={!mayChange} onClick={() => { reset(); setTyped(usual); }}>Reset all</Button>
        <span role="status" className="text-quiet">
          {save.isSuccess && patch === null ? 'Saved. It holds at once.' : isOfFields ? 'Not saved: see above.' : patch !== null ? 'Not saved yet.' : ''}
        </span>
        {refusal && !isOfFields && <Refused what="The rules were not saved." why={refusal} />}
      </div>
    </>
  );
}
