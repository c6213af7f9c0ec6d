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
