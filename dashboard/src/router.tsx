import { createRouter, type RouterHistory } from '@tanstack/react-router';
import { alertsRoute } from './pages/alerts/route';
import { needsYouRoute } from './pages/needsYou/route';
import { sessionRoute } from './pages/session/route';
import { sessionsRoute } from './pages/sessions/route';
import { settingsRoute } from './pages/settings/route';
import { rootRoute } from './root';
import { parseSearch, stringifySearch } from './searchText';
import { ViewFailure } from './shell/ViewFailure';

/** Every page of the dashboard: a new one is a line here, and one in shell/navigation.ts. */
const routeTree = rootRoute.addChildren([sessionsRoute, needsYouRoute, sessionRoute, alertsRoute, settingsRoute]);

export const makeRouter = (history?: RouterHistory) => createRouter({
  routeTree,
  parseSearch,
  stringifySearch,
  defaultErrorComponent: ViewFailure,
  defaultPreload: 'intent',
  ...(history ? { history } : {}),
});

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
