import { Hub, HubError, type HubApi, type TokenAnswer } from '../data';
import { keptKey } from './keptKey';

/** The longest that the hub allows: what was opened with a token is closed with it, and opened anew. */
const LIFETIME_SECONDS = 3_600;
/** A fresh one is asked for in good time. */
const RENEWED_AT = 2 / 3;
const RETRY_MS = 2_000;
/** A token that is younger than this was not the reason why a connection went. */
const FRESH_MS = 5_000;

/** Makes tokens with a key. */
export type MakeToken = (key: string) => Promise<TokenAnswer>;
const makeToken: MakeToken = (key) => keyApi(key).createToken({ lifetime_seconds: LIFETIME_SECONDS });
/** A hub that is asked, and never connected to. */
export const keyApi = (key: string): HubApi => new Hub({ token: key }).api;

/**
 * Who this page is to the hub. A hub on loopback asks nobody; another is shown a key once, and given short-lived tokens
 * made with it from then on, so that the key itself is in no other request and never on the socket. The key is chosen
 * once in the life of a page: to sign in or out is to load it anew.
 */
export class Access {
  /** The key that was kept; null on a hub that asks for none, and before signing in. */
  readonly key = keptKey.read();
  /** Why the key is no longer good; null while it is. */
  refusal: HubError | null = null;
  /** Why there is no token yet, as far as the hub was asked; null once there is. */
  failure: Error | null = null;
  #made: TokenAnswer | null = null;
  #madeAt = 0;
  #renewing: Promise<void> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(private readonly make: MakeToken = makeToken) {}

  /** The token of now; `ready` before it is asked for. */
  token = (): string => this.#made?.token ?? '';

  /** What the key may do; null where there is none. */
  get scopes(): readonly string[] | null {
    return this.#made?.scopes ?? null;
  }

  readRefusal = (): HubError | null => this.refusal;

  readFailure = (): Error | null => this.failure;

  /** Whether the hub can be spoken to, with a token or without. */
  readIsReady = (): boolean => this.key === null || this.#made !== null;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** True once the hub can be spoken to; false when the key is refused. */
  async ready(): Promise<boolean> {
    while (this.key !== null && this.#made === null && this.refusal === null) {
      await this.renew();
      if (this.#made === null && this.refusal === null) await new Promise((again) => setTimeout(again, RETRY_MS));
    }
    return this.refusal === null;
  }

  /** The connection went: perhaps the token did, with the hub's process, with its time, or with its key. */
  check(): void {
    if (this.key !== null && this.refusal === null && Date.now() - this.#madeAt > FRESH_MS) void this.renew();
  }

  /** Asks for a fresh token; one at a time. A hub that does not answer leaves everything as it is. */
  renew(): Promise<void> {
    const { key } = this;
    if (key === null) return Promise.resolve();
    this.#renewing ??= this.make(key).then(
      (made) => {
        this.#made = made;
        this.failure = null;
        this.#tell();
        this.#madeAt = Date.now();
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => void this.renew(), (Date.parse(made.expires_at) - Date.now()) * RENEWED_AT);
      },
      (failed: unknown) => {
        if (failed instanceof HubError && failed.status === 401) {
          keptKey.forget();
          this.refusal = failed;
        } else if (this.#made === null) {
          this.failure = failed instanceof Error ? failed : new Error(String(failed));
        }
        this.#tell();
      },
    ).finally(() => { this.#renewing = null; });
    return this.#renewing;
  }

  /** Keeps a key that the hub takes; otherwise it throws why not. */
  async signIn(key: string, remember: boolean): Promise<void> {
    await this.make(key);
    keptKey.write(key, remember);
    location.reload();
  }

  signOut(): void {
    keptKey.forget();
    location.reload();
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

/** This page's. */
export const access = new Access();

keptKey.onOthers(() => { if (keptKey.read() !== access.key) location.reload(); });
