import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { connectShared, createCache, HubProvider } from './data';
import { TooltipProvider } from './design/Tooltip';
import { makeRouter } from './router';
import { access } from './signIn/access';
import { SignInGate } from './signIn/SignInGate';
import { ErrorBoundary } from './shell/ErrorBoundary';
import './design/index.css';

const cache = createCache();
/** One socket for all tabs, where the browser allows it; with a key, whose tokens change, each tab has its own. */
const hub = connectShared(
  () => new SharedWorker(new URL('./socket.worker.ts', import.meta.url), { type: 'module', name: 'rollcall' }),
  access.key === null ? {} : { token: access.token },
);
void access.ready().then((may) => { if (may) hub.connect(); });
const router = makeRouter();

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <ErrorBoundary>
      <QueryClientProvider client={cache}>
        <HubProvider hub={hub}>
          <TooltipProvider>
            <SignInGate>
              <RouterProvider router={router} />
            </SignInGate>
          </TooltipProvider>
        </HubProvider>
      </QueryClientProvider>
    </ErrorBoundary>
  </StrictMode>,
);
