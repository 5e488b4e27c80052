// A session ends while somebody works: nothing of what was typed is lost.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { calm, look } from './checks.mjs';
import { api, key, KEY, launch, open, signIn, URL, VARIANTS } from './world.mjs';

const PROMPT = 'Was the request of the caller settled during the call?';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

test('a session that ends is taken up again over the page', async () => {
  const { data: agentId } = await api('POST', '/atoms/v1/agent', { name: 'Session' });
  const viewer = await key('session viewer', 'viewer');
  const window = await open(browser, { ...VARIANTS[0], name: 'session' });
  const { page, context } = window;
  const panel = page.getByRole('dialog', { name: 'Set up post call metrics' });
  const save = panel.getByRole('button', { name: 'Save' });
  const question = page.getByRole('dialog', { name: 'Sign in again' });
  const answer = async (secret) => {
    await question.getByLabel('API key').fill(secret);
    await page.keyboard.press('Enter');
  };

  await signIn(page, KEY);
  await page.goto(`${URL}/agents/${agentId}/metrics`);
  await page.getByRole('button', { name: 'Add Metrics' }).first().click();
  await panel.getByLabel('Identifier').fill('settled');
  await panel.getByLabel('Prompt').fill(PROMPT);

  // The cookie has gone.
  await panel.getByText('Nothing to add').waitFor();
  await context.clearCookies();
  await save.focus();
  await page.keyboard.press('Enter');
  await question.waitFor();
  await look(window, 'session-ended');
  await page.keyboard.press('Escape');
  assert.equal(await page.getByRole('dialog', { name: 'Leave without saving?' }).count(), 0, 'Escape closes nothing below');
  await answer('sk_nobody');
  await question.getByText('The server does not know this key').waitFor();

  // Somebody with other rights goes on with those.
  await answer(viewer);
  await question.waitFor({ state: 'hidden' });
  assert.equal(await save.evaluate((button) => button === document.activeElement), true, 'the focus is where it was');
  assert.equal(await panel.getByLabel('Prompt').inputValue(), PROMPT);
  await page.keyboard.press('Enter');
  await page.getByText('Your key may not do this').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Add Metrics', includeHidden: true }).count(), 0);

  await context.clearCookies();
  await save.click();
  await question.waitFor();
  await answer(KEY);
  await question.waitFor({ state: 'hidden' });
  await save.click();
  await page.getByText('Saved to a new draft').waitFor();
  const [{ draftId }] = (await api('GET', `/atoms/v1/agent/${agentId}/drafts`)).data;
  const { data } = await api('GET', `/atoms/v1/agent/${agentId}?draftId=${draftId}`);
  assert.equal(data.postCallAnalyticsConfig.dispositionMetrics[0].dispositionMetricPrompt, PROMPT);

  // Another window of the browser signs in: its session holds here too.
  await page.getByRole('button', { name: 'Edit settled' }).click();
  await panel.getByLabel('Identifier').fill('was_settled');
  await panel.getByText('Nothing to add').waitFor();
  await context.request.post(`${URL}/v1/session`, { data: { key: KEY } });
  await save.click();
  await page.getByText('Saved to the draft').waitFor();

  // Whoever leaves finds the page of somebody who has never been here.
  await context.clearCookies();
  await page.getByRole('button', { name: 'Edit was_settled' }).click();
  await panel.getByLabel('Identifier').fill('settled');
  await save.click();
  await question.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in', exact: true }).waitFor();
  assert.equal(await page.getByRole('dialog').count(), 0);
  calm(window);
  await context.close();
});
