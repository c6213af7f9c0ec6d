/** The hooks that Claude Code posts by itself. */
const posted = [
  'UserPromptSubmit', 'PreToolUse', 'PermissionRequest', 'PostToolUse', 'PostToolUseFailure', 'Elicitation',
  'ElicitationResult', 'Notification', 'SubagentStart', 'SubagentStop', 'Stop', 'StopFailure', 'SessionEnd',
] as const;

const WIDTH = '"PostToolUseFailure": '.length;
const line = (event: string, hook: string): string => `  ${`"${event}": `.padEnd(WIDTH)}[{ "hooks": [${hook}] }]`;

/**
 * What to paste into Claude Code's settings so that it reports to the hub at `origin`: the lines of
 * docs/connect-an-agent.md, which says what each is for. SessionStart takes no HTTP hook, hence the command. A key is in
 * the environment: nobody has to write it into a file.
 */
export function hookSettings(origin: string, needsKey = false): string {
  const url = `${origin}/ingest/hooks/claude-code`;
  const withKey = needsKey ? ', "headers": { "Authorization": "Bearer $ROLLCALL_KEY" }, "allowedEnvVars": ["ROLLCALL_KEY"]' : '';
  const post = `{ "type": "http", "timeout": 3, "url": "${url}"${withKey} }`;
  const command = `{ "type": "command", "timeout": 3, "command": "curl -s -m 2 -o /dev/null -H 'Content-Type: application/json' -H \\"X-Rollcall-Host: $(hostname)\\"${needsKey ? ' -H \\"Authorization: Bearer $ROLLCALL_KEY\\"' : ''} --data-binary @- ${url} || true" }`;
  const lines = [line('SessionStart', command), ...posted.map((event) => line(event, post))];
  return `{ "hooks": {\n${lines.join(',\n')}\n} }`;
}
