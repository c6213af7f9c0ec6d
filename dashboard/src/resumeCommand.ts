import type { SessionView } from './data';

/** How each agent takes up a session again. Its id is the agent's own, as its hooks and telemetry report it. */
const commands: Readonly<Record<string, (id: string) => string>> = {
  'claude-code': (id) => `claude --resume ${id}`,
  codex: (id) => `codex resume ${id}`,
  gemini: (id) => `gemini --resume ${id}`,
  opencode: (id) => `opencode --session ${id}`,
};

const plain = /^[\w./:@%+,-]+$/;
const quoted = (text: string): string => (plain.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

/** What to type into a terminal of the session's machine; null for an agent that this page does not know. */
export function resumeCommand({ agent, id, cwd }: SessionView): string | null {
  const command = agent !== null && Object.hasOwn(commands, agent) ? commands[agent]! : null;
  // What begins like an option would be taken for one.
  if (command === null || id.startsWith('-')) return null;
  const resume = command(quoted(id));
  return cwd === null ? resume : `cd ${cwd.startsWith('-') ? '-- ' : ''}${quoted(cwd)} && ${resume}`;
}
