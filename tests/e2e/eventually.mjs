import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

/** Asks until the answer is true; otherwise fails with the sentence and, when it can be told, what was seen instead. */
export async function eventually(sentence, check, { within = 30_000, every = 40, seen, fatal } = {}) {
  const until = Date.now() + within;
  let failure;
  for (;;) {
    try {
      if (await check()) return;
      failure = undefined;
    } catch (thrown) {
      if (fatal?.()) throw thrown;
      failure = thrown;
    }
    if (Date.now() > until) break;
    await sleep(every);
  }
  const instead = seen ? ` Seen instead: ${JSON.stringify(await seen())?.slice(0, 4_000)}` : '';
  throw new Error(`Not within ${within} ms: ${sentence}.${instead}`, { cause: failure });
}

/** Reads until what is read is what is expected: equal to it or, where that is a pattern, matched by it. Otherwise shows both. */
export const becomes = (sentence, read, expected, options) => eventually(sentence, async () => {
  const actual = await read();
  if (expected instanceof RegExp) assert.match(actual, expected);
  else assert.deepEqual(actual, expected);
  return true;
}, options);

/**
 * Tries until one try takes less than a second, or than what `atMost` gives on a machine too slow for that: a busy machine may hold up
 * any of them, what is slow holds up every one.
 */
export async function isQuick(sentence, attempt, { tries = 5, atMost = () => 1_000 } = {}) {
  const took = [];
  while (took.length < tries) {
    const most = await atMost();
    const now = await attempt();
    if (now < most) return console.log(`${sentence} after ${now} of ${most} ms`);
    took.push(`${now} of ${most}`);
  }
  assert.fail(`${sentence} after ${took.join(', ')} ms`);
}

/**
 * Presses a key until it shows a part of the page: one that comes while the page still puts a dialog away is lost, as it would
 * be to a person, who presses it again.
 */
export const shows = (page, key, part) => eventually(`${key} shows it`, async () => {
  if (await part.count() === 0) await page.keyboard.press(key);
  await part.waitFor({ timeout: 5_000 });
  return true;
});
