import type { SessionStatus } from '../../data';
import { columnIds, type ColumnId } from './columnIds';

/** The view of the list, as the address holds it; undefined is as usual. Every key is there, so that it hides what the address says. */
export interface SessionsSearch {
  tab?: 'ended' | undefined;
  q?: string | undefined;
  status?: SessionStatus[] | undefined;
  project?: string | undefined;
  agent?: string | undefined;
  host?: string | undefined;
  /** Only those that need a person. */
  attention?: true | undefined;
  /** A column, with a minus the greatest first. Without one, those that need a person are on top. */
  sort?: ColumnId | `-${ColumnId}` | undefined;
}

export const statuses = ['initializing', 'active', 'waiting', 'error', 'idle', 'terminating'] as const satisfies SessionStatus[];

const word = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** Keeps what it knows, and drops the rest: an address may be old, or typed. */
export function validateSessionsSearch(raw: Record<string, unknown>): SessionsSearch {
  const wanted = [raw.status].flat();
  const status = statuses.filter((each) => wanted.includes(each));
  const sort = word(raw.sort);
  return {
    tab: raw.tab === 'ended' ? 'ended' : undefined,
    q: word(raw.q),
    status: status.length > 0 ? status : undefined,
    project: word(raw.project),
    agent: word(raw.agent),
    host: word(raw.host),
    attention: raw.attention === 'true' || raw.attention === true ? true : undefined,
    sort: columnIds.some((id) => sort === id || sort === `-${id}`) ? (sort as SessionsSearch['sort']) : undefined,
  };
}

/** Whether the list leaves something out. */
export const isFiltered = ({ q, status, project, agent, host, attention }: SessionsSearch): boolean =>
  [q, status, project, agent, host, attention].some((each) => each !== undefined);

/** The change after which nothing is left out. */
export const everything: SessionsSearch = {
  q: undefined, status: undefined, project: undefined, agent: undefined, host: undefined, attention: undefined,
};
