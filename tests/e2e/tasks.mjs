// What the page's main thread was busy with: each task's own processor time, which a machine that does other things, too,
// does not lengthen, and the time on the clock.

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
