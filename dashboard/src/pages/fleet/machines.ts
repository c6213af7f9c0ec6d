import type { ContainerFigures, Host, HostsAnswer } from '../../data';

/** A part of what the hub tells of machines: it, or why it could not be had. Null: not told yet, or switched off. */
export type Part<T> = { readonly value: T; readonly error: null } | { readonly value: null; readonly error: string } | null;

export interface Machine {
  name: string;
  host: Part<Host>;
}

export interface Machines {
  hosts: Part<readonly Machine[]>;
  containers: Part<readonly ContainerFigures[]>;
}

const isObject = (raw: unknown): raw is Record<string, unknown> => typeof raw === 'object' && raw !== null && !Array.isArray(raw);
const errorOf = (raw: unknown): string | null => (isObject(raw) && typeof raw.error === 'string' ? raw.error : null);
const isHost = (raw: unknown): raw is Host => isObject(raw) && typeof raw.status === 'string' && isObject(raw.figures);

/** Reads `hosts` and `containers`, of a `realtime_update` or of the list over HTTP: each part, or its error. */
export function machinesOf({ hosts, containers }: { hosts?: unknown; containers?: unknown } | HostsAnswer): Machines {
  return { hosts: hostsOf(hosts), containers: containersOf(containers) };
}

function hostsOf(raw: unknown): Machines['hosts'] {
  // A machine may be called "error", but then it is no text.
  const error = errorOf(raw);
  if (error !== null) return { value: null, error };
  if (!isObject(raw)) return null;
  const value = Object.entries(raw).map(([name, host]): Machine => ({ name, host: hostOf(host) }));
  return { value, error: null };
}

function hostOf(raw: unknown): Part<Host> {
  const error = errorOf(raw);
  if (error !== null) return { value: null, error };
  return isHost(raw) ? { value: raw, error: null } : null;
}

function containersOf(raw: unknown): Machines['containers'] {
  const error = errorOf(raw);
  if (error !== null) return { value: null, error };
  return Array.isArray(raw) ? { value: raw.filter(isObject) as unknown as ContainerFigures[], error: null } : null;
}
