import { useQuery } from '@tanstack/react-query';
import { useConnection, useHub, type SessionOwner, type SessionView } from '../../data';

/**
 * Whether a program owns the session. The hub does not tell it by itself, so it is asked again whenever it may be another:
 * when the status is, when the connection is back, and when somebody looks at the page anew.
 */
export function useOwner(session: SessionView): { owner: SessionOwner | null; ask: () => void } {
  const hub = useHub();
  const { phase } = useConnection();
  const live = session.ended_at === null;
  const { data, refetch } = useQuery({
    queryKey: ['owner', session.id, session.status, phase],
    queryFn: ({ signal }) => hub.api.owner(session.id, { signal }),
    enabled: live, staleTime: 0, gcTime: 0, retry: false, refetchOnWindowFocus: true,
    placeholderData: (before, query) => (query?.queryKey[1] === session.id ? before : undefined),
  });
  return { owner: live ? (data ?? null) : null, ask: () => void refetch() };
}
