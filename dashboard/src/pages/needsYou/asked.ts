import type { SessionView } from '../../data';

/** What a session asks, as far as its words can be told apart. */
export interface Asked {
  /** The tool that it wants to use: "Bash". */
  readonly tool: string | null;
  readonly text: string | null;
  /** The answers that a question offers. */
  readonly options: readonly string[];
}

/** A permission says "Bash: npm test"; a question may end in lines like "- SQLite". */
export function askedBy({ status, waiting_for: what, waiting_text: said, error_message: failure }: SessionView): Asked {
  if (status !== 'waiting') return { tool: null, text: failure, options: [] };
  if (said !== null && what === 'permission') {
    const [, tool, text] = /^(\w[\w.-]{0,63}): ([\s\S]+)$/.exec(said) ?? [];
    if (tool !== undefined && text !== undefined) return { tool, text, options: [] };
  }
  if (said !== null && what === 'question') {
    const lines = said.split('\n');
    const options = lines.flatMap((line) => /^[-*] (.+)$/.exec(line)?.[1]?.trim() ?? []);
    // The answers to several questions cannot be given by one.
    const together = lines.slice(lines.findIndex((line) => /^[-*] /.test(line)));
    if (options.length > 0 && together.length === options.length) {
      return { tool: null, text: lines.slice(0, -options.length).join('\n'), options };
    }
  }
  return { tool: null, text: said, options: [] };
}

/** Whether a plain yes or no is an answer. */
export const isYesOrNo = ({ status, waiting_for: what }: SessionView): boolean =>
  status === 'waiting' && (what === 'permission' || what === 'plan');

/** How a line of a change looks; null for a text that is none. */
export function diffOf(text: string): readonly { kind: 'added' | 'removed' | 'same'; line: string }[] | null {
  const lines = text.split('\n');
  const is = (sign: string) => (line: string) => line.startsWith(sign);
  const onlyMarked = lines.length > 1 && lines.slice(1).every((line) => /^[+-]/.test(line));
  if (!onlyMarked && !lines.some(is('@@')) && !(lines.some(is('+')) && lines.some(is('-')))) return null;
  return lines.map((line) => ({ kind: /^\+(?!\+\+ )/.test(line) ? 'added' : /^-(?!-- )/.test(line) ? 'removed' : 'same', line }));
}
