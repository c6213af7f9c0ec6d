import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { startHub } from './hub.mjs';
import { openBrowser } from './watcher.mjs';

const MOST_KB = 250;

describe('the first load', () => {
  let hub, browser;
  before(async () => {
    hub = await startHub();
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await hub?.stop();
  });

  it(`is at most ${MOST_KB} KB compressed, with all that the first view needs, and all of it from the hub`, async (t) => {
    const bodies = [];
    const watcher = await browser.watch(hub.url, (page) => page.on('response', (response) => bodies.push(response)));
    await watcher.isPhase('live');
    await watcher.page.getByTestId('empty').waitFor();
    const sizes = await Promise.all(bodies.map(async (response) => {
      assert.equal(new URL(response.url()).origin, hub.url);
      return gzipSync(await response.body()).length;
    }));
    const kilobytes = sizes.reduce((sum, size) => sum + size, 0) / 1000;
    t.diagnostic(`${kilobytes.toFixed(0)} KB in ${sizes.length} files`);
    assert.ok(sizes.length >= 3 && kilobytes <= MOST_KB, `${kilobytes} KB`);
    assert.deepEqual(watcher.complaints, [], 'also nothing that the hub’s policy forbids');
  });
});
