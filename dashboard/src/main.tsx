import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { createCache, Feed } from '@rollcall/client/react';
import { ErrorBoundary } from './ui/ErrorBoundary';
import './index.css';

const cache = createCache();
new Feed(cache).start();

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <ErrorBoundary>
      <QueryClientProvider client={cache}>
        <App />
      </QueryClientProvider>
    </ErrorBoundary>
  </StrictMode>,
);
