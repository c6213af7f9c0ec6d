import { isSilent, type NotificationChoice } from './notificationChoice';
import type { Wait } from './waits';

/** What a notifier does to the world, and asks it. */
export interface Bells {
  /** Shows a notification; the result closes it. */
  show: (wait: Wait) => () => void;
  chime: () => void;
  /** Whether a person has this session before them, in whichever tab. */
  isLookedAt: (session: string) => Promise<boolean>;
  /** Whether this is the tab that tells, for all of this browser. */
  leads: () => boolean;
}

/** What a session asks is told right after the fact that it waits: a notification says both. */
const SETTLE_MS = 100;
/** Several that begin to wait together ring once. */
const CHIME_EVERY_MS = 2_000;

/**
 * Tells a person of each wait once, after the delay, unless it was answered by then. Those that wait already when the page
 * opens are no news. Every tab keeps the time, so that another one can lead at any moment.
 */
export class Notifier {
  #present: ReadonlyMap<string, Wait> | null = null;
  readonly #due = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #open = new Map<string, () => void>();
  #chimedAt = -Infinity;

  constructor(private readonly bells: Bells, private readonly choice: () => NotificationChoice) {}

  hear(waits: readonly Wait[]): void {
    const before = this.#present;
    this.#present = new Map(waits.map((wait) => [wait.key, wait]));
    if (before === null) return;
    for (const key of before.keys()) if (!this.#present.has(key)) this.#end(key);
    for (const { key } of waits) if (!before.has(key)) this.#begin(key);
  }

  stop(): void {
    for (const key of [...this.#due.keys(), ...this.#open.keys()]) this.#end(key);
  }

  #begin(key: string): void {
    const delay = Math.max(SETTLE_MS, this.choice().delaySeconds * 1_000);
    this.#due.set(key, setTimeout(() => void this.#ring(key), delay));
  }

  #end(key: string): void {
    clearTimeout(this.#due.get(key));
    this.#due.delete(key);
    this.#open.get(key)?.();
    this.#open.delete(key);
  }

  async #ring(key: string): Promise<void> {
    const asked = this.#present?.get(key);
    if (!asked || !this.bells.leads() || await this.bells.isLookedAt(asked.session.id)) return;
    const wait = this.#present?.get(key);
    const choice = this.choice();
    if (!wait || !this.#due.delete(key) || isSilent(choice, new Date())) return;
    if (choice.desktop) this.#open.set(key, this.bells.show(wait));
    if (!choice.sound || performance.now() - this.#chimedAt < CHIME_EVERY_MS) return;
    this.#chimedAt = performance.now();
    this.bells.chime();
  }
}
