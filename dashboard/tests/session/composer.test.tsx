import { fireEvent, render, screen } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { Reply } from '../../src/pages/needsYou/Reply';
import { Composer } from '../../src/pages/session/controls/Composer';

/** 66,000 bytes in 22,000 letters, and what is still sent. */
const [tooMuch, enough] = ['あ'.repeat(22_000), 'あ'.repeat(21_000)];
const write = (text: string): void => void fireEvent.change(screen.getByRole('textbox'), { target: { value: text } });
const enter = (): void => void fireEvent.keyDown(screen.getByRole('textbox'), { key: 'Enter' });

describe('what would close the socket of all tabs is not sent', () => {
  it('to a session’s owner', () => {
    const say = vi.fn(async () => true);
    render(<Composer say={say} cancel={async () => true} hindrance={null} />);
    write(tooMuch);
    enter();
    expect(screen.getByTestId<HTMLButtonElement>('send').disabled).toBe(true);
    screen.getByText('Too long to be sent: 65 KB of at most 62.');
    expect(say).not.toHaveBeenCalled();
    write(enough);
    expect(screen.queryByText(/Too long/)).toBeNull();
    enter();
    expect(say.mock.calls).toEqual([[enough]]);
  });

  it('as a reply', () => {
    const send = vi.fn();
    render(<Reply closed={false} onSend={send} onClose={() => {}} to="a" />);
    // Each of these letters is six in JSON.
    write('\u0001'.repeat(11_000));
    enter();
    screen.getByText('Too long to be sent: 65 KB of at most 62.');
    expect(send).not.toHaveBeenCalled();
    write(enough);
    enter();
    expect(send.mock.calls).toEqual([[enough]]);
  });
});
