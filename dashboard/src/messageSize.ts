/**
 * The hub closes a socket on which a message of more than 64 KiB comes, and all tabs share one. What stands around the text,
 * such as the session's id, has the rest.
 */
const MOST_KB = 62;

/** Why a text is too long to be told to a session's owner; null where it is not. Counted as it is sent: as JSON, in bytes. */
export function tooLong(text: string): string | null {
  const kilobytes = Math.ceil(new TextEncoder().encode(JSON.stringify(text)).length / 1_024);
  return kilobytes <= MOST_KB ? null : `Too long to be sent: ${kilobytes} KB of at most ${MOST_KB}.`;
}
