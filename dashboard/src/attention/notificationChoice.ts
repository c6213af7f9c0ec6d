import { stored } from '../design/stored';

/** How a person wants to be told of a session that waits. Nothing is on until it was asked for. */
export interface NotificationChoice {
  readonly desktop: boolean;
  readonly sound: boolean;
  /** Who is answered within this time does not ring. */
  readonly delaySeconds: number;
  readonly muted: boolean;
  readonly quiet: boolean;
  /** "22:00", by this machine's clock. Quiet from `quietFrom` until `quietTo`, past midnight where that is earlier. */
  readonly quietFrom: string;
  readonly quietTo: string;
}

export const longestDelaySeconds = 600;

const fallback: NotificationChoice = {
  desktop: false, sound: false, delaySeconds: 10, muted: false, quiet: false, quietFrom: '22:00', quietTo: '07:00',
};

export const isTimeOfDay = (raw: unknown): raw is string => typeof raw === 'string' && /^([01]\d|2[0-3]):[0-5]\d$/.test(raw);

/** Keeps what it can read: the rest is as nobody had chosen it. */
export function parseChoice(raw: unknown): NotificationChoice | null {
  if (typeof raw !== 'object' || raw === null) return null;
  const stored = raw as Record<keyof NotificationChoice, unknown>;
  const { delaySeconds, quietFrom, quietTo } = stored;
  const delay = typeof delaySeconds === 'number' && delaySeconds >= 0 && delaySeconds <= longestDelaySeconds;
  return {
    desktop: stored.desktop === true, sound: stored.sound === true, muted: stored.muted === true, quiet: stored.quiet === true,
    delaySeconds: delay ? delaySeconds : fallback.delaySeconds,
    quietFrom: isTimeOfDay(quietFrom) ? quietFrom : fallback.quietFrom,
    quietTo: isTimeOfDay(quietTo) ? quietTo : fallback.quietTo,
  };
}

export const notificationChoice = stored('notifications', fallback, parseChoice);

/** Whether nobody wants to hear anything now. */
export function isSilent({ muted, quiet, quietFrom, quietTo }: NotificationChoice, now: Date): boolean {
  if (muted) return true;
  if (!quiet || quietFrom === quietTo) return false;
  const time = `${String(now.getHours()).padStart(2, '0')}:${String(now.getMinutes()).padStart(2, '0')}`;
  return quietFrom < quietTo ? time >= quietFrom && time < quietTo : time >= quietFrom || time < quietTo;
}
