import { expect, it } from 'vitest';
import guide from '../../docs/connect-an-agent.md?raw';
import sample from '../../samples/claude-code-settings.json?raw';
import { hookSettings } from '../src/pages/sessions/hookSettings';

it('shows the very settings that the guide and the samples hold', () => {
  const settings = hookSettings('http://127.0.0.1:7655');
  expect(JSON.parse(settings)).toHaveProperty('hooks.PermissionRequest');
  expect(sample.trimEnd()).toBe(settings);
  expect(guide).toContain(settings);
});

it('has a key in every hook where the hub needs one', () => {
  const { hooks } = JSON.parse(hookSettings('https://hub.example', true)) as { hooks: Record<string, [{ hooks: [Record<string, unknown>] }]> };
  const { SessionStart: [start], ...posted } = hooks as { SessionStart: [{ hooks: [Record<string, unknown>] }] };
  expect(start.hooks[0].command).toContain('-H "Authorization: Bearer $ROLLCALL_KEY" --data-binary');
  for (const [{ hooks: [hook] }] of Object.values(posted as typeof hooks)) {
    expect(hook).toMatchObject({ headers: { Authorization: 'Bearer $ROLLCALL_KEY' }, allowedEnvVars: ['ROLLCALL_KEY'] });
  }
});
