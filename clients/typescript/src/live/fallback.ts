import { isRecord } from '../protocol/checks';
import { parseSessions } from '../protocol/parse';
import type { SessionView } from '../protocol/views';

const EVERY_MS = 10_000;
/** A page that has nothing to show yet asks sooner. */
const FIRST_WHEN_EMPTY_MS = 1_000;
const PAGE = 200;

export interface SessionList {
  epoch: string;
  seq: number;
  sessions: SessionView[];
  malformed: number;
}

/** All live sessions over HTTP, page by page. `seq` is that of the first page. */
export async function fetchSessions(signal: AbortSignal): Promise<SessionList> {
  const first = await fetchPage(0, signal);
  const sessions = [...first.sessions];
  let malformed = first.malformed;
  for (let skip = PAGE; skip < first.total; skip += PAGE) {
    const page = await fetchPage(skip, signal);
    sessions.push(...page.sessions);
    malformed += page.malformed;
  }
  return { epoch: first.epoch, seq: first.seq, sessions, malformed };
}

async function fetchPage(skip: number, signal: AbortSignal): Promise<SessionList & { total: number }> {
  const response = await fetch(`/api/v1/sessions?skip=${skip}&limit=${PAGE}&order=created_at`, { signal });
  if (!response.ok) throw new Error(`The hub answered ${response.status}`);
  const body: unknown = await response.json();
  if (!isRecord(body) || typeof body.epoch !== 'string' || typeof body.seq !== 'number') {
    throw new Error('This is not a list of sessions');
  }
  const { sessions, malformed } = parseSessions(body);
  return { epoch: body.epoch, seq: body.seq, total: Number(body.total) || 0, sessions, malformed };
}

/** Asks for the list every ten seconds, from `start` to `stop`. What arrives after `stop` is thrown away. */
export class FallbackPolling {
  #running: AbortController | null = null;

  constructor(
    private readonly onList: (list: SessionList) => void,
    private readonly load: (signal: AbortSignal) => Promise<SessionList> = fetchSessions,
  ) {}

  start(nothingShown: boolean): void {
    if (this.#running) return;
    const running = new AbortController();
    this.#running = running;
    const ask = async (): Promise<void> => {
      try {
        const list = await this.load(running.signal);
        if (!running.signal.aborted) this.onList(list);
      } catch {
        // The hub is away, which the indicator says already. The next turn asks again.
      }
      again(EVERY_MS);
    };
    const again = (after: number): void => {
      if (running.signal.aborted) return;
      const timer = setTimeout(() => void ask(), after);
      running.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
    };
    again(nothingShown ? FIRST_WHEN_EMPTY_MS : EVERY_MS);
  }

  stop(): void {
    this.#running?.abort();
    this.#running = null;
  }
}
