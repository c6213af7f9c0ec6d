import { describe, expect, it } from 'vitest';
import type { OutputPiece } from '@rollcall/client';
import { styled } from '../../src/pages/session/output/ansi';
import { MOST_LINES, OutputLines } from '../../src/pages/session/output/lines';
import { plain } from '../../src/plainText';

const ESC = '\u001b';
const piece = (index: number, text: string, stream: OutputPiece['stream'] = 'stdout'): OutputPiece =>
  ({ seq: index + 1, time: '2026-09-14T08:00:00Z', session_id: 'a', stream, text, index });
const shown = (output: OutputLines) => output.lines.map((line) => line.spans.map((span) => span.text).join(''));

describe('terminal escape codes', () => {
  it.each([
    ['a title', `${ESC}]0;title\u0007text`, 'text'],
    ['a link', `${ESC}]8;;javascript:alert(1)${ESC}\\text${ESC}]8;;${ESC}\\`, 'text'],
    ['a cleared screen', `${ESC}[2J${ESC}[1;1Htext`, 'text'],
    ['an image', `${ESC}_Gf=100;AAAA${ESC}\\text`, 'text'],
    ['a charset', `${ESC}(Btext`, 'text'],
    ['bells, backspaces and nulls', 't\u0007e\u0008x\u0000t', 'text'],
    ['eight-bit controls', '\u009b31mtext\u009b0m', 'text'],
    ['an unfinished string', `text${ESC}]0;never ends`, 'text'],
    ['turned direction', 'te\u202extx\u2066t', 'textxt'],
    ['a tab, which stays', 'a\tb', 'a\tb'],
  ])('leave %s out', (_, given, left) => expect(plain(given)).toBe(left));

  it('colour the text that follows, over lines, until they are taken back', () => {
    const { spans, after } = styled(`${ESC}[1;31mbad${ESC}[22m red${ESC}[39m plain ${ESC}[92m`, {});
    expect(spans.map(({ text, style }) => [text, style.color, style.bold])).toEqual([
      ['bad', 'red', true], [' red', 'red', undefined], [' plain ', undefined, undefined],
    ]);
    expect(after.color).toBe('green');
  });

  it('take the nearest of eight colours for one of 256 or of sixteen million', () => {
    expect(styled(`${ESC}[38;5;196mx`, {}).spans[0]!.style.color).toBe('red');
    expect(styled(`${ESC}[38;2;20;200;40mx`, {}).spans[0]!.style.color).toBe('green');
    expect(styled(`${ESC}[38;2;0;0;255;1mx`, {}).spans[0]!.style).toEqual({ color: 'blue', bold: true });
    expect(styled(`${ESC}[48;5;196mx`, {}).spans[0]!.style.color).toBeUndefined();
  });

  it('leave markup as it is: it is text', () => expect(plain('<b>&amp;</b>')).toBe('<b>&amp;</b>'));
});

describe('lines of output', () => {
  it('are what was written, one below the other', () => {
    expect(shown(new OutputLines().feed([piece(0, 'a\nb\n'), piece(1, 'c'), piece(2, 'd\n\ne')]))).toEqual(['a', 'b', 'c', 'd', '', 'e']);
  });

  it('of an answer go on where the piece before ended, also in the middle of a code', () => {
    const output = new OutputLines().feed([piece(0, `Hel${ESC}[3`, 'assistant')]);
    const [first] = output.lines;
    output.feed([piece(0, `Hel${ESC}[3`, 'assistant'), piece(1, '1mlo\nNext', 'assistant')]);
    expect(shown(output)).toEqual(['Hello', 'Next']);
    expect(output.lines[0]!.key).toBe(first!.key);
    expect(output.lines[1]!.spans[0]!.style.color).toBe('red');
  });

  it('take each piece once, and begin anew when older ones come', () => {
    const output = new OutputLines().feed([piece(5, 'five\n')]);
    expect(shown(output.feed([piece(5, 'five\n'), piece(6, 'six\n')]))).toEqual(['five', 'six']);
    expect(output.generation).toBe(0);
    expect(shown(output.feed([piece(4, 'four\n'), piece(5, 'five\n'), piece(6, 'six\n')]))).toEqual(['four', 'five', 'six']);
    expect(output.generation).toBe(1);
  });

  it('show the last state of a line that was written over', () => {
    expect(shown(new OutputLines().feed([piece(0, '10%\r50%\r100%\r\ndone\n')]))).toEqual(['100%', 'done']);
  });

  it('are bounded, and it is known how many are gone', () => {
    const output = new OutputLines().feed([piece(0, 'x\n'.repeat(MOST_LINES)), piece(1, 'y\nz\n')]);
    expect(output.lines).toHaveLength(MOST_LINES);
    expect(output.dropped).toBe(2);
    expect(shown(output).at(-1)).toBe('z');
  });

  it('of absurd length go on in the next one', () => {
    expect(shown(new OutputLines().feed([piece(0, 'x'.repeat(4_500))])).map((line) => line.length)).toEqual([2_000, 2_000, 500]);
  });
});
