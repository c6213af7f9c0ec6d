import type { AlertKind, AlertRule } from '../../data';
import { duration } from '../../design/format';

export type Unit = 'percent' | 'seconds' | 'US dollars';

export interface KindOfAlert {
  name: string;
  /** What its rule measures, in a sentence. */
  measures: string;
  unit: Unit;
  /** The rule of a new hub: the table in docs/operating.md. */
  usual: AlertRule;
}

/** Every kind of alert; the hub's words make a missing one an error. */
export const kinds: Record<AlertKind, KindOfAlert> = {
  session_waiting: { name: 'Session waiting', measures: 'For how long a session waits for a person', unit: 'seconds', usual: { warning: 600, error: null } },
  session_failing: { name: 'Session failing', measures: 'For how long a session has failed', unit: 'seconds', usual: { warning: 600, error: null } },
  cost_budget: { name: 'Cost budget', measures: 'What the present work period cost', unit: 'US dollars', usual: { warning: null, error: null } },
  high_error_rate: { name: 'Error rate', measures: 'The part of the last minute’s commands that was refused', unit: 'percent', usual: { warning: 5, error: 10 } },
  high_cpu: { name: 'CPU', measures: 'The processors of a machine', unit: 'percent', usual: { warning: 80, error: 90 } },
  high_memory: { name: 'Memory', measures: 'The memory of a machine', unit: 'percent', usual: { warning: 85, error: 95 } },
  host_down: { name: 'Host down', measures: 'For how long a reporting machine was not heard', unit: 'seconds', usual: { warning: null, error: 180 } },
  container_down: { name: 'Container down', measures: 'For how long a container that ran is down', unit: 'seconds', usual: { warning: null, error: 0 } },
};

export const kindNames = Object.keys(kinds) as AlertKind[];

/** What a newer hub calls otherwise is called so here, too. */
export const nameOf = (type: string): string => (Object.hasOwn(kinds, type) ? kinds[type as AlertKind].name : type);

export const symbols: Record<Unit, string> = { percent: '%', seconds: 's', 'US dollars': '$' };

/** "80 %", "10m", "$50" */
export function inUnit(value: number, unit: Unit): string {
  if (unit === 'seconds') return duration(value).replace(/ 0[hms]$/, '');
  return unit === 'percent' ? `${value}\u00a0%` : `$${value}`;
}
