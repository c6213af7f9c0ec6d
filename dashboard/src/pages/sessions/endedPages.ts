import { useInfiniteQuery } from '@tanstack/react-query';
import { parseSessions, type SessionView } from '../../data';
import type { SessionsSearch } from './search';

const PAGE = 50;

interface EndedPage {
  sessions: SessionView[];
  total: number;
  next: number | null;
}

async function fetchPage(search: SessionsSearch, skip: number, signal: AbortSignal): Promise<EndedPage> {
  const asked = new URLSearchParams({ status: 'terminated', skip: String(skip), limit: String(PAGE), order: '-updated_at' });
  for (const by of ['project', 'agent', 'host'] as const) if (search[by] !== undefined) asked.set(by, search[by]);
  if (search.q !== undefined) asked.set('search', search.q);
  const response = await fetch(`/api/v1/sessions?${asked}`, { signal });
  if (!response.ok) throw new Error(`The hub answered ${response.status}`);
  const body: unknown = await response.json();
  const { sessions } = parseSessions(body);
  const total = Number((body as { total?: unknown }).total) || 0;
  return { sessions, total, next: skip + PAGE < total ? skip + PAGE : null };
}

/** Those that ended, the latest first: asked for only when somebody looks, a page at a time. */
export function useEndedPages(search: SessionsSearch) {
  const { project, agent, host, q } = search;
  return useInfiniteQuery({
    queryKey: ['ended', { project, agent, host, q }],
    queryFn: ({ pageParam, signal }) => fetchPage(search, pageParam, signal),
    initialPageParam: 0,
    getNextPageParam: (page) => page.next,
    // Sessions end all the time: each look is a new one.
    staleTime: 0, gcTime: 0, refetchOnWindowFocus: false, retry: false,
  });
}
