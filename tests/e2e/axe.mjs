// What axe has to say about a page.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { becomes } from './eventually.mjs';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds, each with where it is. */
async function faults(page, within = 'html') {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe);
  const { violations, passes } = await page.evaluate((root) => window.axe.run(root, {
    resultTypes: ['violations'],
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    // What opens above the page belongs to its button, not to a landmark.
    rules: { region: { enabled: root === 'html' } },
  }), within);
  assert.ok(within !== 'html' || passes.some(({ id }) => id === 'color-contrast'), 'axe has looked at the contrast');
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target.join(' ')} (${node.any[0]?.message ?? node.failureSummary})`).join(' | ')}`);
}

/** Fails when axe finds something that does not go away: a page may still be on its way when it first looks. */
export const isFaultless = (page, what, within) => becomes(`axe finds no fault: ${what}`, () => faults(page, within), []);
