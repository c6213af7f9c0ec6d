import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../../root';

export interface NeedsYouSearch {
  /** The session that the keys act on; without one, the one that has waited longest. */
  session?: string | undefined;
}

export const needsYouRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/needs-you',
  validateSearch: ({ session }: Record<string, unknown>): NeedsYouSearch =>
    ({ session: typeof session === 'string' && session !== '' ? session : undefined }),
  component: lazyRouteComponent(() => import('./NeedsYouPage'), 'NeedsYouPage'),
});
