import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../../root';
import { validateFleetSearch, validatePastSearch } from './search';

export const fleetRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/fleet',
  validateSearch: validateFleetSearch,
  component: lazyRouteComponent(() => import('./FleetPage'), 'FleetPage'),
});

export const pastRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/fleet/past',
  validateSearch: validatePastSearch,
  component: lazyRouteComponent(() => import('./past/PastPage'), 'PastPage'),
});
