/*
 * Words that somebody else wrote, such as an agent, may hold what a terminal obeys, what cannot be seen, and what turns the
 * direction of text, which makes it read as what it is not.
 */

/**
 * Everything that a terminal would obey: control sequences (ESC [ … m and the like), strings up to BEL or ESC \ (titles, links,
 * images; also unfinished ones), other escapes, lone controls. And what turns the direction of text.
 */
export const commands =
  // eslint-disable-next-line no-control-regex
  /(?:\x1b\[|\x9b)([0-?]*)[ -/]*([@-~])|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|$)?|\x1b[ -/]*[0-~]?|[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** The text without any of it. */
export const plain = (text: string): string => text.replace(commands, '');

/** What joins letters and emoji is a part of them. */
const unseen = /(?!\t|\n|\r\n|\u200c|\u200d)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** The text with all of it as escapes, `\u202E`, for who decides by it: what is approved is what is read. */
export const revealed = (text: string): string => text.replace(unseen, (sign) => {
  const code = sign.codePointAt(0)!.toString(16).toUpperCase();
  return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`;
});
