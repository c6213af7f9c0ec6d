import { expect, it } from 'vitest';
import sample from '../../samples/claude-code-settings.json?raw';
import { hookSettings } from '../src/ui/hookSettings';

it('shows the very settings that the samples hold', () => {
  expect(hookSettings('http://127.0.0.1:7655')).toBe(sample.trimEnd());
});
