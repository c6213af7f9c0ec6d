import { expect, it } from 'vitest';
import { session } from '../../clients/typescript/tests/samples';
import { resumeCommand } from '../src/resumeCommand';

it('a session is taken up again in its folder, whatever that is called', () => {
  expect(resumeCommand(session('a1', { cwd: '/home/ada/shop' }))).toBe('cd /home/ada/shop && claude --resume a1');
  expect(resumeCommand(session('a1', { agent: 'codex', cwd: null }))).toBe('codex resume a1');
  expect(resumeCommand(session('a1', { cwd: "/tmp/it's; rm -rf ~" }))).toBe("cd '/tmp/it'\\''s; rm -rf ~' && claude --resume a1");
});

it('of an agent that nobody knows there is no such command', () => {
  expect(resumeCommand(session('a', { agent: 'my-own' }))).toBeNull();
  expect(resumeCommand(session('a', { agent: 'toString' }))).toBeNull();
  expect(resumeCommand(session('a', { agent: null }))).toBeNull();
});
