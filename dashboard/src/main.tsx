import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { Hub } from '@rollcall/client';
import { createCache, HubProvider } from '@rollcall/client/react';
import { ErrorBoundary } from './ui/ErrorBoundary';
import './index.css';

const cache = createCache();
const hub = new Hub();
hub.connect();

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <ErrorBoundary>
      <QueryClientProvider client={cache}>
        <HubProvider hub={hub}>
          <App />
        </HubProvider>
      </QueryClientProvider>
    </ErrorBoundary>
  </StrictMode>,
);
