import type { FlagName } from '../../data';

/** Every flag, and what is missing while it is off; the hub's words make a missing one an error. */
export const flags: Record<FlagName, { name: string; off: string }> = {
  session_events: { name: 'Changes of the number of sessions', off: 'While off, no toast says that sessions began or ended' },
  realtime_updates: { name: 'Machines and counts every few seconds', off: 'While off, the figures of machines stand still' },
  host_stats: { name: 'Machines and containers', off: 'While off, nobody looks at them, and their alerts neither begin nor end' },
  alerts: { name: 'Alerts', off: 'While off, none is told, acknowledged or ended' },
  selective_subscriptions: { name: 'Selective subscriptions', off: 'While off, a topic tells everything it has, whatever a client asked for' },
};

export const flagNames = Object.keys(flags) as FlagName[];
