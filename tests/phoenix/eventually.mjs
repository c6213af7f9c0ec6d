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
