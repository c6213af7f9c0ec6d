import type { OutputPiece } from '../../../data';
import { styled, type Span, type Style } from './ansi';

export interface Line {
  /** Counts them; stays the same for the same line. */
  key: number;
  stream: OutputPiece['stream'];
  time: string;
  spans: readonly Span[];
}

/** A longer line goes on in the next one: nobody reads it, and everybody would wait for it. */
const LONGEST = 2_000;
export const MOST_LINES = 10_000;

/** Output as lines: fed in order, bounded. Never changed in place are the lines; the list is another after each feeding. */
export class OutputLines {
  lines: readonly Line[] = [];
  /** How many lines were left out at the beginning, because there are too many. */
  dropped = 0;
  /** Another one when it began anew, with older pieces. */
  generation = 0;
  #fed = -1;
  #first = -1;
  #next = 0;
  #styles: Partial<Record<OutputPiece['stream'], Style>> = {};
  /** The raw end of the last line, where the next piece goes on with it. */
  #unfinished: { stream: OutputPiece['stream']; raw: string; style: Style; key: number } | null = null;

  /** Takes a session's pieces, in order, those of before included. With older ones than before it begins anew. */
  feed(pieces: readonly OutputPiece[]): this {
    const first = pieces[0];
    if (first !== undefined && this.#first !== -1 && first.index < this.#first) this.#reset();
    if (this.#first === -1 && first !== undefined) this.#first = first.index;
    const fresh = pieces.filter((piece) => piece.index > this.#fed);
    if (fresh.length === 0) return this;
    const lines = [...this.lines];
    for (const piece of fresh) this.#add(lines, piece);
    this.#fed = fresh.at(-1)!.index;
    const over = Math.max(0, lines.length - MOST_LINES);
    this.dropped += over;
    this.lines = over > 0 ? lines.slice(over) : lines;
    return this;
  }

  #reset(): void {
    this.lines = [];
    this.generation += 1;
    this.dropped = this.#next = 0;
    this.#fed = this.#first = -1;
    this.#styles = {};
    this.#unfinished = null;
  }

  /** An answer is streamed in pieces of a line; what programs report is a line, or lines, each time. */
  #add(lines: Line[], { stream, text, time }: OutputPiece): void {
    const open = this.#unfinished?.stream === stream ? this.#unfinished : null;
    this.#unfinished = null;
    if (open !== null) lines.pop();
    const parts = ((open?.raw ?? '') + text).split(/\r?\n/);
    const ends = parts.at(-1) === '';
    if (ends) parts.pop();
    let style: Style = open?.style ?? this.#styles[stream] ?? {};
    parts.forEach((raw, at) => {
      const last = at === parts.length - 1;
      if (last && !ends && stream === 'assistant' && raw.length < LONGEST) {
        this.#unfinished = { stream, raw, style, key: open !== null && at === 0 ? open.key : this.#next };
      }
      // A carriage return goes back to the line's beginning: what was there is written over.
      const shown = raw.slice(raw.lastIndexOf('\r', raw.length - 2) + 1);
      for (let from = 0; from === 0 || from < shown.length; from += LONGEST) {
        const { spans, after } = styled(shown.slice(from, from + LONGEST), style);
        style = after;
        const key = open !== null && at === 0 && from === 0 ? open.key : this.#next++;
        lines.push({ key, stream, time, spans });
      }
    });
    this.#styles[stream] = style;
  }
}
