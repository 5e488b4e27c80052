// What holds for every page.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { picture } from './world.mjs';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** Nothing serious is found by axe, nothing stands out of the window sideways; and a picture is taken. */
export async function look(window, name) {
  const { page } = window;
  await settled(page);
  await picture(window, name);
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wider <= 0, `${name}: ${wider} pixels wider than the window`);
  // Playwright's evaluation is not held by the page's policy; a script element would be.
  await page.evaluate((await import('node:fs')).readFileSync(axe, 'utf8'));
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }),
  );
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  const told = serious.map(({ id, help, nodes }) => `${id}: ${help}\n    ${nodes.slice(0, 3).map(({ html, failureSummary }) => `${html}\n      ${failureSummary}`).join('\n    ')}`);
  assert.equal(serious.length, 0, `${name}, ${window.name}:\n  ${told.join('\n  ')}`);
}

/** Nothing loads and nothing moves any more. */
async function settled(page) {
  await page.waitForFunction(() => document.querySelector('[role="status"][aria-label="Loading"]') === null);
  await page.waitForFunction(() =>
    document.getAnimations().every((one) => one.playState !== 'running' || one.effect?.getComputedTiming().iterations === Infinity),
  );
}

/** The page complained of nothing. */
export function calm(window) {
  assert.deepEqual(window.complaints, [], `${window.name}: the page complained`);
}
