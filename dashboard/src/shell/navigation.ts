import { ChartArea, Rows3, type LucideIcon } from 'lucide-react';
import type { ComponentType } from 'react';

export interface NavigationItem {
  to: '/' | '/fleet';
  name: string;
  Icon: LucideIcon;
  /** A count beside the name, where the page has one. */
  Count?: ComponentType;
}

/** The pages, in the order of the sidebar. */
export const navigation: readonly NavigationItem[] = [
  { to: '/', name: 'Sessions', Icon: Rows3 },
  { to: '/fleet', name: 'Fleet', Icon: ChartArea },
];
