import { Bell, Inbox, Rows3, Settings, type LucideIcon } from 'lucide-react';
import type { ComponentType } from 'react';
import { NeedsYouCount } from '../attention/NeedsYouCount';
import { UnseenCount } from '../pages/alerts/UnseenCount';

export interface NavigationItem {
  to: '/' | '/needs-you' | '/alerts' | '/settings';
  name: string;
  Icon: LucideIcon;
  /** A count beside the name, where the page has one. */
  Count?: ComponentType;
}

/** The pages, in the order of the sidebar. */
export const navigation: readonly NavigationItem[] = [
  { to: '/', name: 'Sessions', Icon: Rows3 },
  { to: '/needs-you', name: 'Needs you', Icon: Inbox, Count: NeedsYouCount },
  { to: '/alerts', name: 'Alerts', Icon: Bell, Count: UnseenCount },
  { to: '/settings', name: 'Settings', Icon: Settings },
];
