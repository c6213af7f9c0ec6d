import type { SearchSchemaInput } from '@tanstack/react-router';

/** In the order of their keys, 1 to 5. */
export const tabs = ['timeline', 'output', 'tasks', 'usage', 'events'] as const;
export type Tab = (typeof tabs)[number];

/** What of a session is looked at, as the address holds it; undefined is the timeline. */
export interface SessionSearch {
  tab?: Tab | undefined;
}

export function validateSessionSearch(raw: SessionSearch & SearchSchemaInput): SessionSearch {
  const tab = tabs.find((each) => each === raw.tab);
  return { tab: tab === 'timeline' ? undefined : tab };
}
