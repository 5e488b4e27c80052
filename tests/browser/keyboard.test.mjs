// The metrics of an agent are set up without a mouse.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { calm } from './checks.mjs';
import { api, KEY, launch, open, signIn, URL, VARIANTS } from './world.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

test('the metric editor by keyboard alone', async () => {
  const { data: agentId } = await api('POST', '/atoms/v1/agent', { name: 'Keyboard' });
  const window = await open(browser, { ...VARIANTS[0], name: 'keyboard' });
  const { page } = window;
  const press = (...keys) => keys.reduce((before, one) => before.then(() => page.keyboard.press(one)), Promise.resolve());
  /** What the element that has the focus is called. */
  const focused = () =>
    page.evaluate(() => {
      const element = document.activeElement;
      const words = ['A', 'BUTTON'].includes(element.tagName) ? element.textContent : '';
      return [element.getAttribute('aria-label'), element.labels?.[0]?.textContent, words].filter(Boolean).join(' | ');
    });
  /** Tab until the element of that name has the focus. */
  const tabTo = async (name, back = false) => {
    for (let steps = 0; steps < 60; steps += 1) {
      if ((await focused()).includes(name)) return;
      await press(back ? 'Shift+Tab' : 'Tab');
    }
    assert.fail(`Tab does not come to ${name}; it is at ${await focused()}`);
  };
  /** Opens the list of the field and goes down in it until that option is marked, as one does who looks at it. */
  const choose = async (name) => {
    await press('Enter');
    const option = page.getByRole('option', { name });
    await option.waitFor();
    // The list sets where its arrow keys begin in a timer of its own.
    await page.evaluate(() => new Promise((done) => setTimeout(done)));
    const marked = () => option.evaluate(({ id }) => document.activeElement.getAttribute('aria-activedescendant') === id);
    for (let steps = 0; steps < 10 && !(await marked()); steps += 1) await press('ArrowDown');
    await press('Enter');
    await option.waitFor({ state: 'hidden' });
  };

  await signIn(page, KEY);
  await page.goto(`${URL}/agents/${agentId}/metrics`);
  await page.getByRole('heading', { name: 'No metrics yet' }).waitFor();
  await tabTo('Skip to the content');
  await press('Enter');
  await tabTo('Add Metrics');
  await press('Enter');
  await page.getByRole('dialog').waitFor();

  // The panel begins in the first field.
  await page.waitForFunction(() => document.activeElement?.dataset.field === 'identifier');
  await page.keyboard.type('call_end');
  await tabTo('Data type');
  await choose('Enum');
  await tabTo('Choice 1');
  await page.keyboard.type('booked');
  await press('Enter');
  await page.waitForFunction(() => document.activeElement?.getAttribute('aria-label') === 'Choice 2');
  await page.keyboard.type('open');
  await press('Enter', 'Backspace');
  await page.waitForFunction(() => document.activeElement?.getAttribute('aria-label') === 'Choice 2');
  await tabTo('Prompt');
  await page.keyboard.type('How did the call end? booked: a visit was agreed. open: nothing was agreed.');
  await tabTo('Add Another');
  await press('Enter');
  await page.waitForFunction(() => document.activeElement?.dataset.field === 'identifier' && document.activeElement.value === '');
  await page.keyboard.type('settled');
  await tabTo('Prompt');
  await page.keyboard.type('Was the request of the caller settled during the call?');
  await tabTo('Move metric 2, settled up', true);
  await press('Enter');
  await tabTo('Save');
  await press('Enter');
  await page.getByText('Saved to a new draft').waitFor();
  assert.deepEqual(await page.getByRole('listitem').getByRole('heading').allInnerTexts(), ['settled', 'call_end']);

  await page.keyboard.press('Escape');
  await tabTo('Publish');
  await press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.waitForFunction(() => document.activeElement?.tagName === 'INPUT');
  await page.keyboard.type('by keyboard');
  await press('Enter');
  await page.getByText('Read-only').waitFor();
  const saved = await api('GET', `/atoms/v1/agent/${agentId}`);
  const metrics = saved.data.postCallAnalyticsConfig.dispositionMetrics;
  assert.deepEqual(metrics.map(({ identifier }) => identifier), ['settled', 'call_end']);
  assert.deepEqual(metrics[1].choices, ['booked', 'open']);
  calm(window);
});
