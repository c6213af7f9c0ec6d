import { useQueryClient } from '@tanstack/react-query';
import { createContext, createElement, useContext, useEffect, type ReactNode } from 'react';
import type { Hub } from '../hub.js';
import { bindCache } from './cache.js';

const HubContext = createContext<Hub | null>(null);

/** Shows a hub to what is inside. Stands inside of a `QueryClientProvider`, whose cache it patches. */
export function HubProvider({ hub, children }: { hub: Hub; children?: ReactNode }) {
  const cache = useQueryClient();
  useEffect(() => bindCache(hub, cache), [hub, cache]);
  return createElement(HubContext.Provider, { value: hub }, children);
}

/** The hub, or null outside of a `HubProvider`: a page in a test may fill its cache by itself. */
export const useHubOrNull = (): Hub | null => useContext(HubContext);

export function useHub(): Hub {
  const hub = useHubOrNull();
  if (!hub) throw new Error('There is no HubProvider around this component');
  return hub;
}
