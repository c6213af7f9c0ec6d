import { expect, it } from 'vitest';
import { plain, revealed } from '../src/plainText';

it.each([
  ['what turns the direction', 'rm -rf \u202edlrow olleh\u202c x', 'rm -rf \\u202Edlrow olleh\\u202C x'],
  ['what has no width', 'a\u200bb\ufeffc\u2060', 'a\\u200Bb\\uFEFFc\\u2060'],
  ['a letter that only machines read', 'a\u{e0041}', 'a\\u{E0041}'],
  ['what a terminal obeys', '\u001b[2Ka\rb', '\\u001B[2Ka\\u000Db'],
  ['lines and tabs, which stay', 'a\r\n\tb', 'a\r\n\tb'],
  ['joined emoji and letters, which stay', '👩\u200d💻 می\u200cخواهم', '👩\u200d💻 می\u200cخواهم'],
])('reveals %s', (_, given, shown) => expect(revealed(given)).toBe(shown));

it('takes out every mark of direction', () => expect(plain('a\u061cb\u200ec\u202ed\u2069')).toBe('abcd'));
