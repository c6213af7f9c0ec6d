import { describe, expect, it } from 'vitest';
import { session } from '../../clients/typescript/tests/samples';
import type { SessionView } from '../src/data';
import { resumeCommand } from '../src/resumeCommand';

describe('the command that resumes a session', () => {
  const of = (over: Partial<SessionView>) => resumeCommand(session('0b7c', { cwd: null, ...over }));

  it('is that of its agent, in its folder', () => {
    expect(of({ agent: 'claude-code', cwd: '/home/ada/shop' })).toBe('cd /home/ada/shop && claude --resume 0b7c');
    expect(of({ agent: 'codex' })).toBe('codex resume 0b7c');
    expect(of({ agent: 'gemini' })).toBe('gemini --resume 0b7c');
  });

  it('is not there for an agent that nobody knows', () => {
    for (const agent of ['evals', 'constructor', 'toString', null]) expect(of({ agent })).toBeNull();
  });

  it('runs nothing that a folder or a session is called like', () => {
    expect(of({ agent: 'codex', cwd: "/srv/it's $(here); rm" })).toBe(`cd '/srv/it'\\''s $(here); rm' && codex resume 0b7c`);
    expect(of({ agent: 'codex', cwd: '-P' })).toBe('cd -- -P && codex resume 0b7c');
    expect(of({ agent: 'codex', id: 'a;b' })).toBe("codex resume 'a;b'");
    expect(of({ agent: 'codex', id: '--help' })).toBeNull();
  });
});
