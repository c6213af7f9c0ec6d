import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createCache, Hub, HubProvider } from './data';
import { TooltipProvider } from './design/Tooltip';
import { makeRouter } from './router';
import { access } from './signIn/access';
import { SignInGate } from './signIn/SignInGate';
import { ErrorBoundary } from './shell/ErrorBoundary';
import './design/index.css';

const cache = createCache();
const hub = new Hub(access.key === null ? {} : { token: access.token });
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
