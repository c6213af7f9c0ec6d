import { Kbd } from '../design/Surfaces';

const isApple = /Mac|iPhone|iPad/.test(navigator.platform);
const words: Record<string, string> = {
  Mod: isApple ? '⌘' : 'Ctrl', ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→', Escape: 'Esc', ' ': 'Space',
};

/** `Mod+k` is two keys at once; a letter stands as it is on the keyboard. */
const partsOf = (key: string): string[] =>
  (key === '+' ? [key] : key.split('+')).map((part) => words[part] ?? (part.length === 1 ? part.toUpperCase() : part));

/** The keys of a command, each of which does it. */
export const Keys = ({ of }: { of: readonly string[] }) => (
  <span className="flex shrink-0 items-center gap-1.5">
    {of.map((key) => (
      <span key={key} className="flex gap-0.5">{partsOf(key).map((part) => <Kbd key={part}>{part}</Kbd>)}</span>
    ))}
  </span>
);
