import { useInfiniteQuery } from '@tanstack/react-query';
import { parseSessions, useConnection, useHub, type HubApi, type SessionView } from '../../data';
import type { SessionsSearch } from './search';

const PAGE = 50;

interface EndedPage {
  sessions: SessionView[];
  total: number;
  next: number | null;
}

type Places = Pick<SessionsSearch, 'project' | 'agent' | 'host' | 'q'>;

async function askPage(api: HubApi, { project, agent, host, q }: Places, skip: number, signal: AbortSignal): Promise<EndedPage> {
  const places = { ...(project !== undefined && { project }), ...(agent !== undefined && { agent }), ...(host !== undefined && { host }) };
  const answer = await api.sessions(
    { status: 'terminated', skip, limit: PAGE, order: '-updated_at', ...places, ...(q !== undefined && { search: q }) }, { signal },
  );
  const { sessions } = parseSessions(answer);
  const total = Number(answer.total) || 0;
  return { sessions, total, next: skip + PAGE < total ? skip + PAGE : null };
}

/** Those that ended, the latest first: asked for only when somebody looks, a page at a time. */
export function useEndedPages(search: SessionsSearch) {
  const { api } = useHub();
  const { epochChanges } = useConnection();
  const { project, agent, host, q } = search;
  return useInfiniteQuery({
    // A hub that comes back with another log has other sessions.
    queryKey: ['ended', epochChanges, { project, agent, host, q }],
    queryFn: ({ pageParam, signal }) => askPage(api, { project, agent, host, q }, pageParam, signal),
    initialPageParam: 0,
    getNextPageParam: (page) => page.next,
    // Sessions end all the time: each look is a new one.
    staleTime: 0, gcTime: 0, refetchOnWindowFocus: false, retry: false,
  });
}
