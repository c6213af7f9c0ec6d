import { createRoute } from '@tanstack/react-router';
import { rootRoute } from '../../root';
import { validateSessionsSearch } from './search';
import { SessionsPage } from './SessionsPage';

/** The first view: not lazy, it is what the page is loaded for. */
export const sessionsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  validateSearch: validateSessionsSearch,
  component: SessionsPage,
});
