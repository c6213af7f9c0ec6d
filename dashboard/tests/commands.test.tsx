import { render } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { onKey, useCommands, type Command } from '../src/commands';

const run = vi.fn();
const commands: Command[] = [
  { id: 'next', name: 'Next', keys: ['j'], repeats: true, run: () => run('next') },
  { id: 'open', name: 'Open', keys: ['Enter'], run: () => run('open') },
  { id: 'palette', name: 'Palette', keys: ['Mod+k'], run: () => run('palette') },
];
const other: Command[] = [{ id: 'other', name: 'Other', keys: ['j'], run: () => run('other') }];
const Page = ({ more = false }) => <>
  <Offer commands={commands} />{more && <Offer commands={other} />}
  <input aria-label="text" /><button type="button">Press</button>
</>;
function Offer({ commands: offered }: { commands: Command[] }) {
  useCommands(offered);
  return null;
}
const press = (key: string, on: EventTarget = document.body, more: KeyboardEventInit = {}) =>
  on.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }));

beforeEach(() => {
  run.mockReset();
  addEventListener('keydown', onKey);
});
afterEach(() => removeEventListener('keydown', onKey));

it('runs the command of a key, the latest offered one, and none once it is gone', () => {
  const { rerender, unmount } = render(<Page more />);
  press('j');
  rerender(<Page />);
  press('j');
  unmount();
  press('j');
  expect(run.mock.calls.flat()).toEqual(['other', 'next']);
});

it('leaves letters to fields and Enter to buttons, but not a key with Ctrl', () => {
  const { getByLabelText, getByText } = render(<Page />);
  press('j', getByLabelText('text'));
  press('Enter', getByText('Press'));
  press('j', document.body, { altKey: true });
  expect(run).not.toHaveBeenCalled();
  press('k', getByLabelText('text'), { ctrlKey: true });
  expect(run.mock.calls.flat()).toEqual(['palette']);
});

it('does once what a key is held down for, and moves on and on', () => {
  render(<Page />);
  for (const key of ['Enter', 'j']) {
    press(key);
    // False: the browser does nothing of its own with it, either.
    expect(press(key, document.body, { repeat: true })).toBe(false);
  }
  expect(run.mock.calls.flat()).toEqual(['open', 'next', 'next']);
});
