import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createCache, Feed } from './data';
import { TooltipProvider } from './design/Tooltip';
import { FleetFrames } from './fleetFrames';
import { makeRouter } from './router';
import { ErrorBoundary } from './shell/ErrorBoundary';
import './design/index.css';

const cache = createCache();
new Feed(cache).start();
const router = makeRouter();

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <ErrorBoundary>
      <QueryClientProvider client={cache}>
        <FleetFrames>
          <TooltipProvider>
            <RouterProvider router={router} />
          </TooltipProvider>
        </FleetFrames>
      </QueryClientProvider>
    </ErrorBoundary>
  </StrictMode>,
);
