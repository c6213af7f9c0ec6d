import { describe, expect, it } from 'vitest';
import { askedBy, diffOf, isYesOrNo } from '../src/pages/needsYou/asked';
import type { SessionView } from '../src/data';
import { session } from '../../clients/typescript/tests/samples';

const asks = (waiting_for: SessionView['waiting_for'], waiting_text: string | null) =>
  session('a', { status: 'waiting', waiting_for, waiting_text });

describe('what is asked', () => {
  it('has the tool of a permission apart', () => {
    expect(askedBy(asks('permission', 'Bash: npm test\nnpm run e2e'))).toEqual({ tool: 'Bash', text: 'npm test\nnpm run e2e', options: [] });
    expect(askedBy(asks('permission', 'Claude needs your permission to use Bash'))).toMatchObject({ tool: null });
    expect(askedBy(asks('permission', null))).toEqual({ tool: null, text: null, options: [] });
  });

  it('has the options that a question ends in', () => {
    expect(askedBy(asks('question', 'Which one?\n- A\n- B, then C'))).toEqual({ tool: null, text: 'Which one?', options: ['A', 'B, then C'] });
    expect(askedBy(asks('question', 'Really?'))).toEqual({ tool: null, text: 'Really?', options: [] });
    expect(askedBy(asks('question', 'Which one?\n- A\nAnd which port?\n- 80')).options).toEqual([]);
    expect(askedBy(asks('plan', 'The plan:\n- one\n- two')).options).toEqual([]);
  });

  it('is the message of a failure, and never a yes or no then', () => {
    const failed = session('a', { status: 'error', error_message: 'Bash: rate_limit' });
    expect(askedBy(failed)).toEqual({ tool: null, text: 'Bash: rate_limit', options: [] });
    expect([isYesOrNo(failed), isYesOrNo(asks('plan', 'x')), isYesOrNo(asks('question', 'x'))]).toEqual([false, true, false]);
  });

  it('is a change where lines come and go', () => {
    expect(diffOf('git commit -m "- a"')).toBeNull();
    expect(diffOf('a.ts\n+new')?.map(({ kind }) => kind)).toEqual(['same', 'added']);
    expect(diffOf('a.ts\n--- a\n+++ b\n-old\n+new')?.map(({ kind }) => kind)).toEqual(['same', 'same', 'same', 'removed', 'added']);
  });
});
