import { HubError } from './hubError.js';

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Makes a POST safe to repeat: the same key within 24 hours gets the same answer and changes nothing. */
  readonly idempotencyKey?: string;
}

type Field = string | number | readonly string[] | undefined;

/** Asks the hub over HTTP; whatever goes wrong is a `HubError`, unless the caller itself gave up. */
export class Requests {
  constructor(
    private readonly base: string,
    private readonly token: (() => string) | null,
    private readonly send: typeof fetch,
  ) {}

  get<T>(path: string, query: Readonly<Record<string, Field>>, options?: CallOptions): Promise<T> {
    return this.json<T>('GET', path + queryText(query), undefined, options);
  }

  async json<T>(method: string, path: string, body?: unknown, options: CallOptions = {}): Promise<T> {
    const headers: Record<string, string> = { accept: 'application/json' };
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (options.idempotencyKey !== undefined) headers['idempotency-key'] = options.idempotencyKey;
    const response = await this.open(method, path, { headers, body: body === undefined ? null : JSON.stringify(body), signal: options.signal });
    const text = await answered(() => response.text(), options.signal);
    try {
      return JSON.parse(text) as T;
    } catch {
      throw new HubError(`The hub answered ${response.status} without JSON`, 'unavailable', response.status);
    }
  }

  /** The response of an accepted request, its body not yet read. */
  async open(
    method: string, path: string, { headers, body = null, signal }: { headers: Record<string, string>; body?: string | null; signal?: AbortSignal | undefined },
  ): Promise<Response> {
    const sent = this.token ? { ...headers, authorization: `Bearer ${this.token()}` } : headers;
    const call = this.send;
    const response = await answered(() => call(`${this.base}/api/v1${path}`, { method, headers: sent, body, signal: signal ?? null }), signal);
    if (!response.ok) throw await HubError.ofResponse(response);
    return response;
  }
}

/** What comes, unless the line fails. */
async function answered<T>(ask: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  try {
    return await ask();
  } catch (failure) {
    if (signal?.aborted) throw failure;
    throw new HubError('The hub does not answer', 'unreachable');
  }
}

export function queryText(query: Readonly<Record<string, Field>>): string {
  const fields = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const each of Array.isArray(value) ? (value as readonly string[]) : [value]) {
      if (each !== undefined) fields.append(name, String(each));
    }
  }
  const text = fields.toString();
  return text === '' ? '' : `?${text}`;
}
