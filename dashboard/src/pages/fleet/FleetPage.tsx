import { getRouteApi, Link } from '@tanstack/react-router';
import { History } from 'lucide-react';
import { Aggregate } from './Aggregate';
import { Breakdown } from './Breakdown';
import { Charts } from './Charts';
import { Choice } from './Choice';
import { MachineList } from './MachineList';
import { ranges, type FleetSearch } from './search';

const route = getRouteApi('/fleet');

/** The fleet as a whole: what it does and costs, over time and by whom, and the machines it runs on. */
export function FleetPage() {
  const { range = '15m', by = 'project' } = route.useSearch();
  const navigate = route.useNavigate();
  const change = (chosen: FleetSearch): void => void navigate({ search: (before) => ({ ...before, ...chosen }) });
  return (
    <div className="min-h-0 grow overflow-y-auto bg-canvas" data-testid="fleet-page">
      <div className="mx-auto flex max-w-[100rem] flex-col gap-3 px-4 py-4 sm:px-6">
        <div className="flex flex-wrap items-center gap-2">
          <h1 className="mr-auto text-lg font-semibold tracking-tight">Fleet</h1>
          <Choice label="How far back" options={ranges} value={range} onChange={(chosen) => change({ range: chosen })} name={(each) => `The last ${each}`} />
          <Link
            to="/fleet/past" search={{}} data-testid="look-back"
            className="inline-flex h-7 items-center gap-1.5 rounded-md border border-line bg-surface px-2.5 font-medium hover:bg-raised"
          >
            <History className="size-3.5" aria-hidden="true" /> Look back
          </Link>
        </div>
        <Aggregate />
        <Charts range={range} />
        <div className="grid items-start gap-3 lg:grid-cols-2">
          <Breakdown by={by} onBy={(chosen) => change({ by: chosen })} />
          <MachineList />
        </div>
      </div>
    </div>
  );
}
