import type { SessionView } from './data';

/** How each agent takes up a session again, by its own id. */
const commands: Record<string, (id: string) => string> = {
  'claude-code': (id) => `claude --resume ${id}`,
  codex: (id) => `codex resume ${id}`,
  opencode: (id) => `opencode --session ${id}`,
};

const plain = /^[\w./~@:+-]+$/;
const quoted = (text: string): string => (plain.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** What to type in a terminal to take a session up again, in its folder; null where that is not known. */
export function resumeCommand({ agent, cwd, id }: SessionView): string | null {
  const command = agent !== null && Object.hasOwn(commands, agent) ? commands[agent]!(quoted(id)) : null;
  return command === null || cwd === null ? command : `cd ${quoted(cwd)} && ${command}`;
}
