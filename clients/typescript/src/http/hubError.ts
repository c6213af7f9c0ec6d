import { isRecord } from '../protocol/checks.js';

/** Why the hub refused. `code` is one of its stable codes, or `unreachable` when it did not answer, or not to the end. */
export class HubError extends Error {
  override readonly name = 'HubError';

  constructor(
    message: string,
    readonly code: string,
    /** The HTTP status; null when the refusal came over the socket or was this client's own, or nothing answered. */
    readonly status: number | null = null,
    /** Which fields break which rules. */
    readonly fields: Readonly<Record<string, readonly string[]>> = {},
    /** When it may be tried again. */
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(message);
  }

  /** The first rule that a field breaks; null when it breaks none. */
  rule(field: string): string | null {
    return this.fields[field]?.[0] ?? null;
  }

  /** What a refused join or push answers. */
  static ofReply(reply: unknown, otherwise: string): HubError {
    const { code, message, reason } = isRecord(reply) ? reply : {};
    const says = [message, reason].find((each) => typeof each === 'string' && each !== '');
    return new HubError(typeof says === 'string' ? says : otherwise, typeof code === 'string' ? code : 'unavailable');
  }

  /** What a refused request answers: problem details (RFC 9457), or whatever a proxy says in the hub's place. */
  static async ofResponse(response: Response): Promise<HubError> {
    const body: unknown = await response.json().catch(() => null);
    const { detail, code, errors } = isRecord(body) ? body : {};
    const after = Number(response.headers.get('retry-after') ?? Number.NaN);
    return new HubError(
      typeof detail === 'string' ? detail : `The hub answered ${response.status}`,
      typeof code === 'string' ? code : 'unavailable',
      response.status,
      isRecord(errors) ? Object.fromEntries(Object.entries(errors).filter(([, rules]) => Array.isArray(rules))) as Record<string, string[]> : {},
      Number.isFinite(after) ? after : null,
    );
  }
}
