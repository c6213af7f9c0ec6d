import { CircleCheck, CircleSlash, Hourglass, TriangleAlert, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import type { ContainerFigures, Host } from '../../data';
import { Card, Mark } from '../../design/Surfaces';
import { RelativeTime } from '../../design/Time';
import type { Machine } from './machines';
import { useMachines } from './useMachines';

/** The machines and their containers, and for each part that could not be had, why. */
export function MachineList() {
  const { machines, failure } = useMachines();
  const { hosts = null, containers = null } = machines ?? {};
  return (
    <Card className="min-w-0 p-4" >
      <h2 className="font-semibold">Hosts</h2>
      {machines === null && <p className="py-4 text-quiet" role="status">{failure ?? 'Asking the hub…'}</p>}
      {machines !== null && hosts === null && <p className="py-4 text-quiet">The hub tells nothing of machines: they may be switched off (<code className="font-mono text-xs">host_stats</code>).</p>}
      {hosts?.error && <Failed>The machines cannot be read: {hosts.error}</Failed>}
      {hosts?.value?.length === 0 && <p className="py-4 text-quiet">No machine has reported.</p>}
      <ul className="mt-2 flex flex-col divide-y divide-line" data-testid="hosts">
        {hosts?.value?.map((machine) => <MachineLine key={machine.name} {...machine} />)}
      </ul>
      {machines !== null && (
        <>
          <h3 className="mt-4 font-semibold">Containers</h3>
          {containers?.error && <Failed>The hub’s own machine’s containers cannot be read: {containers.error}</Failed>}
          {containers === null && <p className="pt-1 text-quiet">There is no container engine on the hub’s own machine.</p>}
          {containers?.value && <Containers containers={containers.value} />}
        </>
      )}
    </Card>
  );
}

const states: Record<Host['status'], { word: string; Icon: LucideIcon; text: string }> = {
  up: { word: 'Up', Icon: CircleCheck, text: 'text-live' },
  stale: { word: 'Silent', Icon: Hourglass, text: 'text-working' },
  down: { word: 'Down', Icon: CircleSlash, text: 'text-error' },
};

function MachineLine({ name, host }: Machine) {
  const known = host?.value;
  const state = known && states[known.status];
  return (
    <li className="py-2.5" data-host={name}>
      <div className="flex items-center gap-2">
        <span className="truncate font-medium">{name}</span>
        {known?.own && <Mark>the hub’s own</Mark>}
        {state && <span className={`flex items-center gap-1 text-xs font-medium ${state.text}`}><state.Icon className="size-3.5" aria-hidden="true" />{state.word}</span>}
        {known && <span className="ml-auto text-xs text-quiet"><RelativeTime time={known.last_seen_at} /></span>}
      </div>
      {host?.error && <Failed>{host.error}</Failed>}
      {host === null && <p className="text-quiet">This page cannot read what is told of it.</p>}
      {known && (
        <div className="mt-1.5 grid grid-cols-3 gap-4">
          <Meter name="CPU" percent={known.figures.cpu_percent} />
          <Meter name="Memory" percent={known.figures.memory_percent} />
          <Meter name="Disk" percent={known.figures.disk_percent} />
        </div>
      )}
      {known?.figures.containers && known.figures.containers.length > 0 && <Containers containers={known.figures.containers} />}
    </li>
  );
}

/** A part of a hundred; where it is not known it says so. */
function Meter({ name, percent }: { name: string; percent: number | null }) {
  return (
    <div>
      <div className="flex justify-between text-xs">
        <span className="text-quiet">{name}</span>
        <span className="tabular-nums">{percent === null ? 'not known' : `${percent.toFixed(0)}%`}</span>
      </div>
      <div className="mt-1 h-1.5 overflow-hidden rounded-full bg-raised" aria-hidden="true">
        {percent !== null && <div className="h-full rounded-full bg-edge" style={{ width: `${Math.min(Math.max(percent, 0), 100)}%` }} />}
      </div>
    </div>
  );
}

function Containers({ containers }: { containers: readonly ContainerFigures[] }) {
  if (containers.length === 0) return <p className="pt-1 text-quiet">None.</p>;
  return (
    <div className="mt-1.5 overflow-x-auto">
      <table className="w-full text-xs tabular-nums" data-testid="containers">
        <thead className="text-left text-quiet">
          <tr><th scope="col" className="py-1 font-medium">Container</th><th scope="col" className="font-medium">State</th><th scope="col" className="text-right font-medium">CPU</th><th scope="col" className="text-right font-medium">Memory</th></tr>
        </thead>
        <tbody>
          {containers.map(({ name, state, status, image, cpu_percent, memory_percent, memory_bytes }) => (
            <tr key={name} className="border-t border-line">
              <th scope="row" className="max-w-48 truncate py-1 pr-3 text-left font-medium" title={image ?? name}>{name}</th>
              <td className="pr-3 text-quiet" title={status ?? undefined}>{state}</td>
              <td className="text-right">{percentText(cpu_percent)}</td>
              <td className="text-right">{memory_percent === null && typeof memory_bytes === 'number' ? `${(memory_bytes / 1e6).toFixed(0)} MB` : percentText(memory_percent)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const percentText = (percent: number | null | undefined): string => (typeof percent === 'number' ? `${percent.toFixed(0)}%` : '—');

const Failed = ({ children }: { children: ReactNode }) => (
  <p className="mt-2 flex items-start gap-1.5 text-error"><TriangleAlert className="mt-0.5 size-4 shrink-0" aria-hidden="true" /><span>{children}</span></p>
);
