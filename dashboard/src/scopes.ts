import { useQuery } from '@tanstack/react-query';
import { useHub, type TokenRequest } from './data';
import { access } from './signIn/access';

export type Scope = NonNullable<TokenRequest['scopes']>[number];

/**
 * What the key of this page may do; null while that is not known. The hub tells it with a token only: that of who has
 * signed in, or one that is asked for and good for a second.
 */
export function useScopes(): readonly string[] | null {
  const hub = useHub();
  return useQuery({
    queryKey: ['scopes'], queryFn: async ({ signal }) => access.scopes ?? (await hub.api.createToken({ lifetime_seconds: 1 }, { signal })).scopes,
    retry: false,
  }).data ?? null;
}

/** Whether something may be tried. Where it is not known the hub decides, and its refusal is shown. */
export function useMay(scope: Scope): boolean {
  const scopes = useScopes();
  return scopes === null || scopes.includes(scope);
}
