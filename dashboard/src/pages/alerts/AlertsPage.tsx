import { getRouteApi } from '@tanstack/react-router';
import { useAlerts, useRefusal } from '../../data';
import { EmptyState } from '../../design/Surfaces';
import { Tabs } from '../../design/Tabs';
import { AlertHistory } from './AlertHistory';
import { OpenAlerts } from './OpenAlerts';
import { Rules } from './Rules';
import type { AlertsSearch } from './search';

const route = getRouteApi('/alerts');

/** What is wrong, what was, and from when on something is. The address holds the view. */
export function AlertsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const open = useAlerts()?.open.length ?? null;
  const refusal = useRefusal('alerts');
  const change = (by: AlertsSearch): void => void navigate({ search: (before) => ({ ...before, ...by }) });
  if (refusal) return <EmptyState heading="h1" title="This page may not see the alerts">{refusal.message}</EmptyState>;
  return (
    <>
      <h1 className="sr-only">Alerts</h1>
      <Tabs
        label="Which alerts" value={search.tab ?? 'open'} onChange={(tab) => change({ tab: tab === 'open' ? undefined : tab })}
        tabs={[
          { value: 'open', name: <>Open {open !== null && <span data-testid="open-count" className="text-xs font-normal text-quiet tabular-nums">{open}</span>}</> },
          { value: 'history', name: 'History' },
          { value: 'rules', name: 'Rules' },
        ]}
      >
        {search.tab === undefined && <OpenAlerts search={search} change={change} />}
        {search.tab === 'history' && <AlertHistory search={search} change={change} />}
        {search.tab === 'rules' && <Rules />}
      </Tabs>
    </>
  );
}
