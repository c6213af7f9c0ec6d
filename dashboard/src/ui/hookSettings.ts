/**
 * The hooks that tell when a person is needed and no longer needed, and which tools they fire for (all, unless said).
 * PostToolUse is among them because nothing else says that a permission was given.
 */
const hooks = {
  UserPromptSubmit: '',
  PreToolUse: 'AskUserQuestion|ExitPlanMode',
  PermissionRequest: '',
  PostToolUse: '',
  PostToolUseFailure: '',
  Notification: '',
  Elicitation: '',
  ElicitationResult: '',
  SubagentStart: '',
  SubagentStop: '',
  Stop: '',
  StopFailure: '',
  SessionEnd: '',
} as const;

/** What to paste into Claude Code's settings so that it reports to the hub at `origin`. */
export function hookSettings(origin: string): string {
  const url = `${origin}/ingest/hooks/claude-code`;
  const lines = Object.entries(hooks).map(([event, matcher]) => {
    const tools = matcher ? `"matcher": "${matcher}",\n      ` : '';
    return `    "${event}": [{ ${tools}"hooks": [{ "type": "http", "url": "${url}", "timeout": 3 }] }]`;
  });
  return `{\n  "hooks": {\n${lines.join(',\n')}\n  }\n}`;
}
