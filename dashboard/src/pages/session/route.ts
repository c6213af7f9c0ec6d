import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../../root';
import { validateSessionSearch } from './search';

export const sessionRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sessions/$id',
  validateSearch: validateSessionSearch,
  component: lazyRouteComponent(() => import('./SessionPage'), 'SessionPage'),
});
