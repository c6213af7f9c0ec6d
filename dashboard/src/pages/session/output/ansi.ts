import { commands } from '../../../plainText';

/** How a piece of text looks; undefined is as usual. */
export interface Style {
  color?: Colour | undefined;
  bold?: true | undefined;
  dim?: true | undefined;
  italic?: true | undefined;
  underline?: true | undefined;
  struck?: true | undefined;
}

export const colours = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const;
export type Colour = (typeof colours)[number];

export interface Span {
  text: string;
  style: Style;
}

/** The text as spans, in the look that the ones before left; every other command of a terminal is left out. */
export function styled(line: string, before: Style): { spans: Span[]; after: Style } {
  const spans: Span[] = [];
  let style = before;
  let from = 0;
  const push = (text: string): void => {
    if (text === '') return;
    const last = spans.at(-1);
    if (last?.style === style) last.text += text;
    else spans.push({ text, style });
  };
  for (const match of line.matchAll(commands)) {
    push(line.slice(from, match.index));
    from = match.index + match[0].length;
    if (match[2] === 'm') style = restyled(style, match[1]!);
  }
  push(line.slice(from));
  return { spans, after: style };
}

const usual: Style = {};

/** "1;31": the parameters of ESC [ … m, "38;5;n" and "38;2;r;g;b" among them, with colons as well. */
function restyled(before: Style, given: string): Style {
  const codes = given.split(/[;:]/).map((code) => (code === '' ? 0 : Number(code)));
  let style = before;
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at]!;
    if (code === 38 || code === 48 || code === 58) {
      const [colour, used] = extended(codes.slice(at + 1));
      if (code === 38) style = { ...style, color: colour };
      at += used;
    } else {
      style = after(style, code);
    }
  }
  return style;
}

function after(style: Style, code: number): Style {
  if (code === 0) return usual;
  if (code >= 30 && code <= 37) return { ...style, color: colours[code - 30] };
  if (code >= 90 && code <= 97) return { ...style, color: colours[code - 90] };
  switch (code) {
    case 1: return { ...style, bold: true };
    case 2: return { ...style, dim: true };
    case 3: return { ...style, italic: true };
    case 4: return { ...style, underline: true };
    case 9: return { ...style, struck: true };
    case 22: return { ...style, bold: undefined, dim: undefined };
    case 23: return { ...style, italic: undefined };
    case 24: return { ...style, underline: undefined };
    case 29: return { ...style, struck: undefined };
    case 39: return { ...style, color: undefined };
    // Backgrounds, blinking, hidden text: not here, where everything must be readable.
    default: return style;
  }
}

/** Of the sixteen million, the one of our eight that is nearest: those can be read on light and on dark. */
function extended([kind, ...of]: readonly number[]): [Colour | undefined, number] {
  if (kind === 2) return [nearest(of[0] ?? 0, of[1] ?? 0, of[2] ?? 0), 4];
  if (kind !== 5) return [undefined, 1];
  const index = of[0] ?? 0;
  if (index < 16) return [colours[index % 8], 2];
  if (index >= 232) return [index < 240 ? 'black' : 'white', 2];
  const at = index - 16;
  const part = (divisor: number): number => (Math.floor(at / divisor) % 6) * 51;
  return [nearest(part(36), part(6), part(1)), 2];
}

function nearest(r: number, g: number, b: number): Colour {
  const most = Math.max(r, g, b);
  const least = Math.min(r, g, b);
  if (most - least < 40) return most < 128 ? 'black' : 'white';
  const half = (most + least) / 2;
  return colours[(r > half ? 1 : 0) + (g > half ? 2 : 0) + (b > half ? 4 : 0)]!;
}
