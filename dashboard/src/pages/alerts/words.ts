import type { Alert, AlertKind, AlertLevel, AlertView, OpenAlert } from '../../data';
import { inUnit, kinds, nameOf } from './kinds';

export const levels = ['error', 'warning', 'info'] as const satisfies AlertLevel[];

/** A record without an alert in it says nothing; it is shown as what it is. */
const unreadable: Alert = { level: 'info', type: 'unknown', message: 'This alert cannot be read' };

/** What an alert says first: the hub puts one into each. */
export const headOf = ({ alerts }: Pick<OpenAlert, 'alerts'>): Alert => alerts[0] ?? unreadable;

/** Whose alert it is: a session has a page. */
export const isOfSession = ({ type, subject }: Alert): boolean =>
  subject !== undefined && (type === 'session_waiting' || type === 'session_failing');

/** The hub's message; without the session's id, which stands above it by its name. */
export function messageOf(alert: Alert): string {
  const beginning = `session ${alert.subject} `;
  const text = isOfSession(alert) && alert.message.startsWith(beginning) ? alert.message.slice(beginning.length) : alert.message;
  return (text.charAt(0).toUpperCase() + text.slice(1)).replace(/ (?=%|min\b|s\b)/g, '\u00a0');
}

export function limitOf({ type, threshold }: Alert): string | null {
  if (threshold === undefined || threshold === 0 || !Object.hasOwn(kinds, type)) return null;
  return inUnit(threshold, kinds[type as AlertKind].unit);
}

export const titleOf = (alert: Alert): string => alert.subject ?? nameOf(alert.type);

const rank = (alert: OpenAlert): number => (alert.acknowledged_by === null ? 0 : 10) + levels.indexOf(headOf(alert).level);

/** Those that nobody has seen on top, of them the worst, of them the latest. */
export const inOrder = (alerts: readonly OpenAlert[]): OpenAlert[] => [...alerts].sort((a, b) => rank(a) - rank(b) || b.seq - a.seq);

export const unseenOf = (alerts: readonly OpenAlert[]): OpenAlert[] => alerts.filter(({ acknowledged_by }) => acknowledged_by === null);

/** As a badge: nobody counts to ten on it. */
export const badgeCount = (count: number): string => (count > 9 ? '9+' : String(count));

export const isResolved = (alert: OpenAlert | AlertView): alert is AlertView & { resolved_at: string } =>
  'resolved_at' in alert && alert.resolved_at !== null;
