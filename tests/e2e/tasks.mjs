// What the page's main thread was busy with: each task's own processor time, which a machine that does other things, too,
// does not lengthen, and the time on the clock. How much of it a slow machine needs, a work that is always the same tells.

/** Records from now on; the answer ends it, and gives each task in milliseconds, `{ cpu, wall }`. */
export async function recordTasks(page) {
  const browserSide = await page.context().newCDPSession(page);
  const events = [];
  browserSide.on('Tracing.dataCollected', ({ value }) => events.push(...value));
  await browserSide.send('Tracing.start', {
    transferMode: 'ReportEvents', traceConfig: { includedCategories: ['disabled-by-default-devtools.timeline', '__metadata'] },
  });
  return async () => {
    const complete = new Promise((resolve) => browserSide.once('Tracing.tracingComplete', resolve));
    await browserSide.send('Tracing.end');
    await complete;
    await browserSide.detach();
    const thread = ({ pid, tid }) => `${pid}/${tid}`;
    const main = new Set(events.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain').map(thread));
    return events.filter((event) => event.name === 'RunTask' && event.ph === 'X' && main.has(thread(event)))
      .map(({ dur, tdur }) => ({ cpu: (tdur ?? dur) / 1000, wall: dur / 1000 }));
  };
}

/** The processor time, in milliseconds, that this machine's browser needs to write, read and sort 10,000 small records. */
export async function timeOfAFixedWork(browser) {
  const page = await browser.tab();
  const times = [];
  // The first is slower: its code is not compiled yet.
  for (let time = 0; time < 6; time++) {
    const ended = await recordTasks(page);
    await page.evaluate(() => JSON.parse(JSON.stringify(Array.from({ length: 10_000 }, (_, n) => (
      { id: `session-${n}`, name: `Fix the ${n % 97}`, status: n % 3 ? 'active' : 'idle', cost_usd: n / 7 }
    )))).sort((one, other) => one.id.localeCompare(other.id)).length);
    times.push(Math.max(...(await ended()).map(({ cpu }) => cpu)));
  }
  await page.close();
  return times.slice(1).sort((one, other) => one - other)[2];
}
