import type { ReactNode } from 'react';
import { useFleet, useFleetValue as useValue, type FleetState } from './data';

/** @deprecated The client itself tells once a frame: take `useFleet` from data.ts. */
export const useFleetFrame = useFleet;

/** @deprecated Take `useFleetValue` from data.ts. */
export const useFleetValue = <T,>(read: (fleet: FleetState | null) => T): T => useValue(read) ?? read(null);

/** @deprecated Nothing needs to stand around the page. */
export const FleetFrames = ({ children }: { children: ReactNode }) => children;
