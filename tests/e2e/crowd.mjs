// Fleets of any size, reported the way a program would: many commands in one request.
const AT_ONCE = 500;

export async function send(hub, commands) {
  for (let from = 0; from < commands.length; from += AT_ONCE) {
    const part = commands.slice(from, from + AT_ONCE);
    const response = await fetch(`${hub.url}/api/v1/commands`, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(part),
    });
    const answers = await response.json();
    if (!response.ok) throw new Error(`The hub answered ${response.status}: ${JSON.stringify(answers)}`);
    const refused = answers.find((answer) => !answer.ok);
    if (refused) throw new Error(`A command was refused: ${JSON.stringify(refused)}`);
  }
}

export const create = (session_id, more = {}) => ({ type: 'create', session_id, id: session_id, status: 'active', ...more });
export const status = (session_id, to, more = {}) => ({ type: 'status', session_id, status: to, ...more });
export const terminate = (session_id) => ({ type: 'terminate', session_id });

const names = ['Fix the flaky test', 'Upgrade the client', 'Write the guide', 'Find the leak', 'Port the parser'];

/** The n-th of a crowd: of one of forty projects, three agents, eight hosts. */
export const member = (n) => create(`s${String(n).padStart(5, '0')}`, {
  name: `${names[n % names.length]} ${n}`, project: `project-${n % 40}`, agent: ['claude-code', 'codex', 'gemini'][n % 3],
  host: `build-${n % 8}`, model: 'claude-sonnet-4-5', cwd: `/home/ada/project-${n % 40}`,
});
