// The steps a scene is made of. Each says how many seconds it comes after the one before, what happens, in words, and
// what is sent: `send` gets the replay's options and returns [method, path, body, headers?], or null when there is nothing to send.
import { randomUUID } from 'node:crypto';

/** A hook as Claude Code posts it: the common fields, then the event's own. */
export function hook(after, agent, hook_event_name, fields = {}) {
  const common = {
    session_id: agent.id,
    ...(hook_event_name === 'SessionStart' ? {} : { prompt_id: agent.promptId }),
    transcript_path: agent.transcript,
    cwd: agent.cwd,
    ...(hook_event_name.startsWith('Session') ? {} : { permission_mode: 'default' }),
    hook_event_name,
  };
  const what = [hook_event_name, fields.tool_name, fields.error].filter(Boolean).join(' ');
  const body = { ...common, ...fields };
  return {
    after,
    what: `${agent.title}: ${what}`,
    send: () => ['POST', '/ingest/hooks/claude-code', body, { 'x-rollcall-host': agent.host }],
  };
}

export const starts = (after, agent) =>
  hook(after, agent, 'SessionStart', { source: 'startup', model: agent.model, session_title: agent.title });

/** A tool's call and, some seconds later, its answer, tied together by the id of the use. */
export function tool(after, agent, tool_name, tool_input, tool_response, seconds = 3) {
  const use = { tool_name, tool_input, tool_use_id: `toolu_${randomUUID().replaceAll('-', '').slice(0, 24)}` };
  return [
    hook(after, agent, 'PreToolUse', use),
    hook(seconds, agent, 'PostToolUse', { ...use, tool_response, duration_ms: seconds * 1000 }),
  ];
}

export const bash = (after, agent, command, description, stdout, seconds) =>
  tool(after, agent, 'Bash', { command, description }, { stdout, stderr: '', interrupted: false, isImage: false }, seconds);

/** A call of the hub's own HTTP API about one session. `body` may depend on the replay's options. */
export const api = (after, agent, what, path, body) => ({
  after,
  what: `${agent.title}: ${what}`,
  send: (options) => ['POST', `/api/v1/sessions${path}`, typeof body === 'function' ? body(options) : body],
});

/** What an agent's telemetry would report: hooks carry no tokens. */
export const usage = (after, agent, input_tokens, output_tokens, cost_usd) =>
  api(after, agent, `${input_tokens} tokens in, ${output_tokens} out`, `/${agent.id}/usage`, {
    input_tokens, cache_read_tokens: Math.round(input_tokens * 0.8), output_tokens, cost_usd, model: agent.model,
    request_id: `req_${randomUUID()}`,
  });

export const silence = (after, what) => ({ after, what, send: () => null });
