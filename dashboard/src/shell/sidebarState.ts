import { useSyncExternalStore } from 'react';
import { stored } from '../design/stored';

const flag = (raw: unknown): boolean | null => (typeof raw === 'boolean' ? raw : null);
const names = (raw: unknown): readonly string[] | null =>
  Array.isArray(raw) && raw.every((each) => typeof each === 'string') ? raw : null;

export const sidebarFolded = stored('sidebar-folded', false, flag);
/** The projects whose sessions are folded away. */
export const foldedProjects = stored<readonly string[]>('folded-projects', [], names);

export const toggleProject = (project: string): void => {
  const folded = foldedProjects.read();
  foldedProjects.write(folded.includes(project) ? folded.filter((each) => each !== project) : [...folded, project]);
};

let drawerOpen = false;
const listeners = new Set<() => void>();
const setDrawer = (open: boolean): void => {
  drawerOpen = open;
  listeners.forEach((listener) => listener());
};

/** On a phone, the sidebar is a drawer. */
export const openDrawer = (): void => setDrawer(true);
export const closeDrawer = (): void => setDrawer(false);
export const useDrawer = (): boolean => useSyncExternalStore(
  (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  () => drawerOpen,
);
