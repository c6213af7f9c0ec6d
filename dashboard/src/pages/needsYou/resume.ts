import type { SessionView } from '../../data';

/** How each agent takes up a session again. Its id is the agent's own, as its hooks and telemetry report it. */
const commands: Readonly<Record<string, (id: string) => string>> = {
  'claude-code': (id) => `claude --resume ${id}`,
  codex: (id) => `codex resume ${id}`,
  gemini: (id) => `gemini --resume ${id}`,
  opencode: (id) => `opencode --session ${id}`,
};

/** What to type into a terminal of the session's machine; null for an agent that this page does not know. */
export function resumeCommand({ agent, id, cwd }: SessionView): string | null {
  const command = agent !== null && Object.hasOwn(commands, agent) ? commands[agent]! : null;
  if (command === null || id.startsWith('-')) return null;
  return cwd === null ? command(id) : `cd ${cwd.startsWith('-') ? '-- ' : ''}${quoted(cwd)} && ${command(id)}`;
}

const quoted = (path: string): string => (/^[\w./:@%+,-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`);
