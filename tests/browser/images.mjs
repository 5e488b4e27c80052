// The pictures of the documentation.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { api, KEY, launch, open, signIn, URL } from './world.mjs';

const folder = process.env.AFTERCALL_IMAGES;
const TIME = 'from=2026-03-01T00:00:00Z&to=2026-03-11T00:00:00Z';

mkdirSync(folder, { recursive: true });
const browser = await launch();
const { calls } = await api('GET', '/v1/calls?limit=1');
const agentId = calls[0].agentId;

const PICTURES = [
  ['overview', 'light', `/?${TIME}`, (page) => page.getByRole('heading', { name: 'call_outcome' }).waitFor()],
  [
    'editor',
    'light',
    `/agents/${agentId}/metrics`,
    async (page) => {
      await page.getByRole('button', { name: 'Edit call_outcome' }).click();
      await page.getByRole('dialog').getByRole('textbox', { name: 'Choice 5' }).waitFor();
    },
  ],
  ['metrics', 'dark', `/dashboard?${TIME}`, (page) => page.getByRole('link', { name: /Yes/ }).first().waitFor()],
  [
    'call',
    'light',
    '/calls/sample-booking',
    async (page) => {
      const quote = page.getByRole('button', { name: /^Show turn/ }).first();
      await quote.click();
      // The page has moved under the pointer.
      await quote.hover();
      await page.locator('[data-role][data-lit]').first().waitFor();
    },
  ],
  ['calls', 'dark', '/calls', (page) => page.getByRole('cell', { name: 'sample-booking' }).waitFor()],
];

for (const [name, colorScheme, address, ready] of PICTURES) {
  const { context, page } = await open(browser, { name, colorScheme, viewport: { width: 1280, height: 800 } });
  await signIn(page, KEY);
  await page.goto(URL + address);
  await ready(page);
  await page.waitForTimeout(500);
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
  await context.close();
}
await browser.close();
