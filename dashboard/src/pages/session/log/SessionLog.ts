import type { HubApi, HubEvent, SessionDetail, Watch } from '../../../data';
import { emptyLog, seqOf, withNewer, withOlder, type LogState, type SessionEvent } from './logState';
import { LogPages } from './pages';

const A_SCREENFUL = 200;
const AGAIN_MS = 2_000;

export interface SessionLogView {
  /** Null until the first page of it is here. */
  readonly log: LogState | null;
  readonly loading: boolean;
  /** Why the last try to read it failed. */
  readonly trouble: string | null;
  readonly skipped: number;
}

type Source = Pick<Watch<`session:${string}`>, 'onEvent' | 'onChange' | 'leave'> & { readonly state: SessionDetail | null };

/**
 * A session's log as a page shows it: its end over HTTP, what follows from the topic, and what the topic left out (a resync,
 * a poll while the socket was down, the beginning of another life) over HTTP again. Told at most once a frame.
 */
export class SessionLog {
  #view: SessionLogView = { log: null, loading: false, trouble: null, skipped: 0 };
  #heard: SessionEvent[] = [];
  /** Everything up to here was heard or read, but for what is missing. */
  #through = 0;
  /** After this something is missing; null when nothing is. */
  #missingAfter: number | null = null;
  #filling = false;
  readonly #listeners = new Set<() => void>();
  readonly #gone = new AbortController();
  readonly #pages: LogPages;

  constructor(api: Pick<HubApi, 'sessionEvents'>, id: string, private readonly source: Source, private readonly soon: (run: () => void) => void) {
    this.#pages = new LogPages(api, id);
    source.onEvent((event) => this.#hear(event));
    source.onChange(() => this.#look());
    this.#look();
  }

  read = (): SessionLogView => this.#view;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  close(): void {
    this.#gone.abort();
    this.source.leave();
  }

  /** Reads a screenful that is older than what is there. */
  older = async (): Promise<void> => {
    const { log, loading } = this.#view;
    if (loading || log === null || log.edge !== null) return;
    await this.#reading(async () => {
      const { events, since, edge, skipped } = await this.#pages.upTo(log.since, A_SCREENFUL, this.#gone.signal);
      this.#tell({ log: withOlder(this.#view.log!, events, since, edge), skipped: this.#view.skipped + skipped });
    });
  };

  /** The session's own row says how far its log has come. */
  #look(): void {
    const seq = this.source.state?.session?.seq;
    if (seq === undefined) return;
    if (this.#through === 0) {
      this.#through = seq;
      void this.#begin(seq);
    } else if (seq > this.#through) {
      this.#miss(this.#through);
      this.#through = seq;
    }
  }

  async #begin(head: number): Promise<void> {
    const done = await this.#reading(async () => {
      const { events, since, edge, skipped } = await this.#pages.upTo(head, A_SCREENFUL, this.#gone.signal);
      this.#tell({ log: withOlder(emptyLog(head), events, since, edge), skipped });
      this.#flush();
    });
    if (!done && !this.#gone.signal.aborted) setTimeout(() => void this.#begin(head), AGAIN_MS);
  }

  #hear(event: HubEvent): void {
    if (!('session_id' in event.payload) || this.#through === 0) return;
    const heard = event as SessionEvent;
    // That another life began is told to the list of sessions only; what is other in it follows at once.
    if (heard.event === 'session_updated' && heard.payload.status === 'initializing') this.#miss(this.#through);
    this.#through = Math.max(this.#through, seqOf(heard));
    this.#heard.push(heard);
    if (this.#heard.length === 1) this.soon(() => this.#flush());
  }

  #flush(): void {
    const { log } = this.#view;
    if (log === null || this.#heard.length === 0 || this.#gone.signal.aborted) return;
    const heard = this.#heard;
    this.#heard = [];
    this.#tell({ log: withNewer(log, heard) });
  }

  #miss(after: number): void {
    this.#missingAfter = Math.min(after, this.#missingAfter ?? after);
    if (!this.#filling) void this.#fill();
  }

  async #fill(): Promise<void> {
    this.#filling = true;
    const after = this.#missingAfter!;
    this.#missingAfter = null;
    const done = this.#view.log !== null && await this.#reading(async () => {
      const { events, through, skipped } = await this.#pages.after(after, this.#gone.signal);
      this.#through = Math.max(this.#through, through);
      this.#tell({ log: withNewer(this.#view.log!, events), skipped: this.#view.skipped + skipped });
    });
    this.#filling = false;
    if (this.#gone.signal.aborted) return;
    if (!done) this.#missingAfter = Math.min(after, this.#missingAfter ?? after);
    if (this.#missingAfter !== null) setTimeout(() => { if (!this.#filling && this.#missingAfter !== null) void this.#fill(); }, done ? 0 : AGAIN_MS);
  }

  async #reading(read: () => Promise<void>): Promise<boolean> {
    this.#tell({ loading: true });
    try {
      await read();
      this.#tell({ loading: false, trouble: null });
      return true;
    } catch (failure) {
      if (!this.#gone.signal.aborted) this.#tell({ loading: false, trouble: failure instanceof Error ? failure.message : String(failure) });
      return false;
    }
  }

  #tell(change: Partial<SessionLogView>): void {
    if (this.#gone.signal.aborted) return;
    this.#view = { ...this.#view, ...change };
    for (const listener of [...this.#listeners]) listener();
  }
}
