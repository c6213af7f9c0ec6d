import type { AlertKind, AlertLevel, OpenAlert } from '../../data';
import { kindNames } from './kinds';
import { headOf, levels } from './words';

/** The view of the alerts, as the address holds it; undefined is as usual. */
export interface AlertsSearch {
  tab?: 'history' | 'rules' | undefined;
  level?: AlertLevel[] | undefined;
  type?: AlertKind[] | undefined;
}

const some = <T extends string>(raw: unknown, known: readonly T[]): T[] | undefined => {
  const wanted = [raw].flat();
  const found = known.filter((each) => wanted.includes(each));
  return found.length > 0 ? found : undefined;
};

/** Keeps what it knows, and drops the rest: an address may be old, or typed. */
export const validateAlertsSearch = (raw: Record<string, unknown>): AlertsSearch => ({
  tab: raw.tab === 'history' || raw.tab === 'rules' ? raw.tab : undefined,
  level: some(raw.level, levels),
  type: some(raw.type, kindNames),
});

export const isFiltered = ({ level, type }: AlertsSearch): boolean => level !== undefined || type !== undefined;
export const everything: AlertsSearch = { level: undefined, type: undefined };

/** The same list with one more, or one less. */
export function toggled<T extends string>(chosen: readonly T[] | undefined, value: T, on: boolean): T[] | undefined {
  const next = [...(chosen ?? []).filter((each) => each !== value), ...(on ? [value] : [])];
  return next.length > 0 ? next : undefined;
}

export const keepFor = ({ level, type }: AlertsSearch) => (alert: Pick<OpenAlert, 'alerts'>): boolean => {
  const head = headOf(alert);
  return (level === undefined || level.includes(head.level)) && (type === undefined || type.some((each) => each === head.type));
};
