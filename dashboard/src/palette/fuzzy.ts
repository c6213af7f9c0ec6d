/** A separator that nobody types, so that letters of two fields never make one match. */
export const FIELD = '\n';

/** Ten thousand times with every letter that is typed: no regular expression. */
const isStart = (text: string, at: number): boolean => at === 0 || ' \n-_/.:'.includes(text[at - 1]!);

/** The length of the shortest stretch that has the letters of the word in their order, within one field. */
function stretch(word: string, text: string): number | null {
  let shortest: number | null = null;
  for (let start = text.indexOf(word[0]!); start >= 0; start = text.indexOf(word[0]!, start + 1)) {
    let end = start;
    for (let letter = 1; letter < word.length; letter++) {
      end = text.indexOf(word[letter]!, end + 1);
      if (end < 0) return shortest;
    }
    const length = end - start + 1;
    if ((shortest === null || length < shortest) && !text.slice(start, end).includes(FIELD)) shortest = length;
  }
  return shortest;
}

function scoreWord(word: string, text: string): number | null {
  const at = text.indexOf(word);
  if (at >= 0) return (isStart(text, at) ? 200 : 100) - Math.min(at, 60);
  const length = stretch(word, text);
  return length === null || length > word.length * 3 ? null : 40 - (length - word.length);
}

/**
 * How well a text answers words, all in lower case; null when one of them is not in it. What begins a word counts more than
 * what is inside of one, and that more than letters that merely stand in this order.
 */
export function score(words: readonly string[], text: string): number | null {
  let total = 0;
  for (const word of words) {
    const one = scoreWord(word, text);
    if (one === null) return null;
    total += one;
  }
  return total;
}

export interface Found<T> {
  item: T;
  score: number;
}

/** The few best of many, the best first; of equal ones, those that came first. One walk, and no list of all matches. */
export function best<T>(items: readonly T[], textOf: (item: T) => string, words: readonly string[], most: number): Found<T>[] {
  const found: Found<T>[] = [];
  for (const item of items) {
    const points = score(words, textOf(item));
    if (points === null || (found.length === most && points <= found.at(-1)!.score)) continue;
    const at = found.findIndex((other) => other.score < points);
    found.splice(at < 0 ? found.length : at, 0, { item, score: points });
    if (found.length > most) found.pop();
  }
  return found;
}

export const wordsIn = (query: string): string[] => query.toLowerCase().split(/\s+/).filter(Boolean);
