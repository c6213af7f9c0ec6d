import type { FlagName } from '../../data';

/** Every flag, and what is missing while it is off; the hub's words make a missing one an error. */
export const flags: Record<FlagName, { name: string; off: string }> = {
  session_events: { name: 'Changes of the number of sessions', off: 'Off, no toast says that sessions began or ended' },
  realtime_updates: { name: 'Machines and counts every few seconds', off: 'Off, the figures of machines stand still' },
  host_stats: { name: 'Machines and containers', off: 'Off, nobody looks at them, and their alerts neither begin nor end' },
  alerts: { name: 'Alerts', off: 'Off, none is told, acknowledged or ended' },
  selective_subscriptions: { name: 'Selective subscriptions', off: 'Off, a topic tells everything it has, whatever a client asked for' },
};

export const flagNames = Object.keys(flags) as FlagName[];
