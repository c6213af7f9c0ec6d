import { CheckCheck } from 'lucide-react';
import { useMemo } from 'react';
import { useAlerts } from '../../data';
import { Button } from '../../design/Button';
import { Refused } from '../../design/Refused';
import { EmptyState } from '../../design/Surfaces';
import { AlertRow } from './AlertRow';
import { Filters } from './Filters';
import { everything, keepFor, type AlertsSearch } from './search';
import { useAcknowledge } from './useAcknowledge';
import { inOrder, unseenOf } from './words';

/** What is wrong now, as the topic tells it. */
export function OpenAlerts({ search, change }: { search: AlertsSearch; change: (by: AlertsSearch) => void }) {
  const state = useAlerts();
  const { mutate: acknowledge, isPending, error } = useAcknowledge();
  const shown = useMemo(() => inOrder((state?.open ?? []).filter(keepFor(search))), [state, search]);
  if (!state) return <div className="grow" aria-busy="true" />;
  if (state.open.length === 0) {
    return <EmptyState title="Nothing is wrong">Alerts appear here by themselves, and say how it was under History.</EmptyState>;
  }
  const unseen = unseenOf(shown).map(({ id }) => id);
  return (
    <>
      <Filters search={search} change={change}>
        <Button className="ml-auto" disabled={unseen.length === 0 || isPending} onClick={() => acknowledge(unseen)} data-testid="acknowledge-all">
          <CheckCheck className="size-3.5" aria-hidden="true" /> Acknowledge {unseen.length > 0 ? `all ${unseen.length}` : 'all'}
        </Button>
      </Filters>
      <div className="min-h-0 grow overflow-y-auto">
        {error && <div className="px-4 pt-3 sm:px-5"><Refused what="This could not be acknowledged." why={error} /></div>}
        <ul aria-label="Open alerts">
          {shown.map((alert) => <AlertRow key={alert.id} alert={alert} acknowledge={acknowledge} />)}
        </ul>
        {shown.length === 0 && (
          <EmptyState title="No open alert is like that" action={<Button onClick={() => change(everything)}>Show all of them</Button>}>
            {state.open.length} {state.open.length === 1 ? 'is' : 'are'} left out by the filters.
          </EmptyState>
        )}
      </div>
    </>
  );
}
