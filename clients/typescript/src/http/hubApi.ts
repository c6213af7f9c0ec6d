import type { HubEvent } from '../protocol/events.js';
import type * as answers from '../protocol/generated.js';
import { parseEvent } from '../protocol/parse.js';
import { HubError } from './hubError.js';
import type { CallOptions, Requests } from './request.js';
import type * as asked from './requests.js';

/** A page of the log. What this client does not know, or cannot read, is left out and counted. */
export type EventPage = Omit<answers.EventPage, 'events'> & { readonly events: readonly HubEvent[]; readonly skipped: number };

const MOST_OF_A_PAGE = 200;
/** A page begins with so many that were read already, so that as many may end meanwhile. */
const OVERLAP = 40;
/** How often, for each page that there is, a page is asked for again. */
const MOST_BACK = 3;
/** Sessions that are read in a few milliseconds. */
const MOST_OF_A_MOMENT = 1_000;
const of = (id: string): string => `/sessions/${encodeURIComponent(id)}`;

/** The hub's HTTP API. A command is answered after it is durable; every refusal is a `HubError`. */
export class HubApi {
  constructor(private readonly http: Requests) {}

  sessions = (filter: asked.SessionFilter = {}, options?: CallOptions): Promise<answers.SessionList> =>
    this.http.get('/sessions', { ...filter }, options);

  /**
   * Every session that matches, page by page; `seq` and `total` are those of the first page. Who is there from the first
   * page to the last is in it, whoever else ends meanwhile, in an order that does not change, such as `created_at`. Fails with
   * `unavailable` where more come and go between two pages, again and again, than can be read.
   */
  async allSessions(filter: Omit<asked.SessionFilter, 'skip' | 'limit'> = {}, options?: CallOptions): Promise<answers.SessionList> {
    const page = (skip: number) => this.sessions({ order: 'created_at', ...filter, skip, limit: MOST_OF_A_PAGE }, options);
    const first = await page(0);
    const found = new Map(first.sessions.map((session) => [session.id, session]));
    let back = MOST_BACK * Math.ceil(first.total / MOST_OF_A_PAGE);
    for (let skip = 0, last = first; skip + last.sessions.length < last.total && last.sessions.length > OVERLAP;) {
      // A page begins with one that was found already. Where it does not, sessions before it have gone, and others have taken their places.
      skip += last.sessions.length - OVERLAP;
      last = await page(skip);
      while (skip > 0 && !found.has(last.sessions[0]?.id ?? '')) {
        if (back-- === 0) throw new HubError('The sessions change faster than they can be read', 'unavailable');
        skip = Math.max(0, skip - MOST_OF_A_PAGE + OVERLAP);
        last = await page(skip);
      }
      for (const session of last.sessions) found.set(session.id, session);
    }
    const sessions = [...found.values()];
    return { ...first, sessions, limit: sessions.length, pages: 1 };
  }

  countSessions = (options?: CallOptions): Promise<answers.SessionCountAnswer> => this.http.get('/sessions/count', {}, options);

  session = (id: string, options?: CallOptions): Promise<answers.SessionView> => this.http.get(of(id), {}, options);

  createSession = (session: asked.NewSession = {}, options?: CallOptions): Promise<answers.SessionView> =>
    this.http.json('POST', '/sessions', session, options);

  updateSession = (id: string, patch: asked.SessionPatch, options?: CallOptions): Promise<answers.CommandAnswer> =>
    this.http.json('PATCH', of(id), patch, options);

  terminateSession = (id: string, why: asked.Termination = {}, options?: CallOptions): Promise<answers.CommandAnswer> =>
    this.http.json('DELETE', of(id), why, options);

  setStatus = (id: string, change: asked.StatusChange, options?: CallOptions): Promise<answers.CommandAnswer> =>
    this.http.json('POST', `${of(id)}/status`, change, options);

  startTask = (id: string, task: { task_id?: string; name?: string } = {}, options?: CallOptions): Promise<answers.CommandAnswer> =>
    this.http.json('POST', `${of(id)}/tasks`, task, options);

  completeTask = (id: string, task: string, outcome: answers.TaskOutcome = 'completed', options?: CallOptions): Promise<answers.CommandAnswer> =>
    this.http.json('POST', `${of(id)}/tasks/${encodeURIComponent(task)}/complete`, { outcome }, options);

  reportUsage = (id: string, usage: asked.UsageReport, options?: CallOptions): Promise<answers.CommandAnswer> =>
    this.http.json('POST', `${of(id)}/usage`, usage, options);

  appendOutput = (id: string, output: asked.Output, options?: CallOptions): Promise<answers.CommandAnswer> =>
    this.http.json('POST', `${of(id)}/output`, output, options);

  heartbeat = (id: string, options?: CallOptions): Promise<answers.CommandAnswer> =>
    this.http.json('POST', `${of(id)}/heartbeat`, undefined, options);

  pause = (id: string, options?: CallOptions): Promise<answers.CommandAnswer> => this.http.json('POST', `${of(id)}/pause`, undefined, options);

  resume = (id: string, options?: CallOptions): Promise<answers.CommandAnswer> => this.http.json('POST', `${of(id)}/resume`, undefined, options);

  /** Hands a message to the session's owner; refused with `no_owner` when nobody owns it. */
  sendMessage = (id: string, message: asked.MessageForOwner, options?: CallOptions): Promise<answers.Told> =>
    this.http.json('POST', `${of(id)}/messages`, message, options);

  /** Asks the session's owner to stop what it does; refused with `no_owner` when nobody owns it. */
  cancel = (id: string, options?: CallOptions): Promise<answers.Told> => this.http.json('POST', `${of(id)}/cancel`, undefined, options);

  /** Whether a program owns the session now, and so hears what it is told. */
  owner = (id: string, options?: CallOptions): Promise<answers.SessionOwner> => this.http.get(`${of(id)}/owner`, {}, options);

  sessionEvents = async (id: string, range: asked.EventRange = {}, options?: CallOptions): Promise<EventPage> =>
    read(await this.http.get<answers.EventPage>(`${of(id)}/events`, { ...range }, options));

  /** The log. `wait` in seconds makes it a long poll. */
  events = async (range: asked.EventRange & { readonly wait?: number } = {}, options?: CallOptions): Promise<EventPage> =>
    read(await this.http.get<answers.EventPage>('/events', { ...range }, options));

  /** Many commands in one request; the answers stand in their places. */
  commands = (commands: readonly asked.Command[], options?: CallOptions): Promise<readonly answers.BatchItem[]> =>
    this.http.json('POST', '/commands', commands, options);

  fleet = (options?: CallOptions): Promise<answers.FleetAnswer> => this.http.get('/fleet', {}, options);

  /**
   * The fleet as it was after an event, or at a time (RFC 3339), page by page: to read ten thousand sessions at once would
   * keep a page from answering.
   */
  fleetAt = async (when: { readonly seq: number } | { readonly time: string }, options?: CallOptions): Promise<answers.FleetThen> => {
    const page = (at: typeof when, skip: number): Promise<answers.FleetThen> =>
      this.http.get('/fleet/at', { ...at, skip, limit: MOST_OF_A_MOMENT }, options);
    const first = await page(when, 0);
    const sessions = [...first.sessions];
    for (let last = sessions.length; last === MOST_OF_A_MOMENT;) {
      const next = await page({ seq: first.seq }, sessions.length);
      sessions.push(...next.sessions);
      last = next.sessions.length;
    }
    return { ...first, sessions };
  };

  pauseFleet = (options?: CallOptions): Promise<answers.Told> => this.http.json('POST', '/fleet/pause', undefined, options);

  resumeFleet = (options?: CallOptions): Promise<answers.Told> => this.http.json('POST', '/fleet/resume', undefined, options);

  /** The open alerts, or the history; the next page is `before: next_before`. */
  alerts = (
    page: { readonly status?: 'open' | 'all'; readonly limit?: number; readonly before?: number } = {}, options?: CallOptions,
  ): Promise<answers.AlertsAnswer> => this.http.get('/alerts', { ...page }, options);

  acknowledgeAlert = (id: string, options?: CallOptions): Promise<answers.AlertsAnswer> =>
    this.http.json('POST', `/alerts/${encodeURIComponent(id)}/acknowledge`, undefined, options);

  alertRules = (options?: CallOptions): Promise<asked.AlertRules> => this.http.get('/alerts/rules', {}, options);

  setAlertRules = (rules: asked.AlertRulesPatch, options?: CallOptions): Promise<asked.AlertRules> =>
    this.http.json('PUT', '/alerts/rules', rules, options);

  flags = (options?: CallOptions): Promise<asked.Flags> => this.http.get('/flags', {}, options);

  /** Flags that are not named stay. */
  setFlags = (flags: Partial<asked.Flags>, options?: CallOptions): Promise<asked.Flags> => this.http.json('PUT', '/flags', flags, options);

  hosts = (options?: CallOptions): Promise<answers.HostsAnswer> => this.http.get('/hosts', {}, options);

  reportHost = (name: string, figures: Partial<answers.HostFigures>, options?: CallOptions): Promise<answers.Host> =>
    this.http.json('POST', `/hosts/${encodeURIComponent(name)}`, figures, options);

  detector = (options?: CallOptions): Promise<answers.DetectorAnswer> => this.http.get('/detector', {}, options);

  resetDetector = (options?: CallOptions): Promise<answers.DetectorAnswer> => this.http.json('POST', '/detector/reset', undefined, options);

  /** A short-lived token, such as for a browser. */
  createToken = (limits: asked.TokenRequest = {}, options?: CallOptions): Promise<answers.TokenAnswer> =>
    this.http.json('POST', '/tokens', limits, options);
}

function read({ events: raw, ...page }: answers.EventPage): EventPage {
  const events = raw.flatMap((each) => {
    const { event, payload } = (each ?? {}) as { event?: unknown; payload?: unknown };
    const parsed = typeof event === 'string' ? parseEvent(event, payload) : 'malformed';
    return typeof parsed === 'string' ? [] : [parsed];
  });
  return { ...page, events, skipped: raw.length - events.length };
}
