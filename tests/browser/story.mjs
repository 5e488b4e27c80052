// The whole way of somebody who has never seen an API: from signing in to numbers, files and webhooks.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { calm, look } from './checks.mjs';
import { send, TEXT } from './call.mjs';
import { go, key, KEY, open, PATIENCE, picture, RECEIVER, signIn, URL } from './world.mjs';

const METRICS = [
  { identifier: 'issue_settled', type: 'Boolean', prompt: 'Was the request of the caller fully settled by the end of the call?' },
  { identifier: 'caller_mood', type: 'Integer', prompt: 'How did the caller feel at the end, from 1 (very angry) to 5 (very happy)?' },
  {
    identifier: 'call_end',
    type: 'Enum',
    prompt: 'How did the call end? booked: a visit was agreed. settled: the request was dealt with. open: neither.',
    choices: ['booked', 'settled', 'open'],
  },
  { identifier: 'visit_at', type: 'Datetime', prompt: 'For what date and time was a visit agreed?' },
  { identifier: 'request', type: 'String', prompt: 'What did the caller want, in a few words?' },
];

export async function story(browser, variant, t) {
  const window = await open(browser, variant);
  const { page } = window;
  const name = `Heating ${variant.name}`;
  const callId = `story-${variant.name}-${Date.now()}`;
  const intake = await key(`intake ${variant.name}`, 'intake');
  let agentId = '';

  // A story: where one step fails, those after it have nothing to stand on.
  let failed = false;
  const step = (title, act) =>
    t.test(title, { skip: failed }, async () => {
      try {
        await act();
      } catch (error) {
        failed = true;
        await picture(window, `failed-${title.replaceAll(/\W+/g, '-')}`);
        throw error;
      }
    });

  await step('sign in', async () => {
    await page.goto(URL);
    await look(window, 'sign-in');
    const field = page.getByLabel('API key');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Enter your key').waitFor();
    await field.fill('sk_nobody');
    await page.keyboard.press('Enter');
    await page.getByText('The server does not know this key').waitFor();
    await field.fill(intake);
    await page.keyboard.press('Enter');
    await page.getByText('This key may only send calls in').waitFor();
    await signIn(page, KEY);
    assert.equal(await page.evaluate(() => document.cookie), '', 'no script can read the session');
    await look(window, 'overview-empty');
  });

  await step('create an agent', async () => {
    await go(window, 'Agents');
    await page.getByRole('heading', { name: 'Agents', level: 1 }).waitFor();
    await look(window, 'agents');
    await page.getByRole('button', { name: 'Create agent' }).first().click();
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByText('Give it a name').waitFor();
    await page.getByLabel('Name').fill(name);
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByRole('heading', { name: 'No metrics yet' }).waitFor();
    agentId = page.url().match(/agents\/([0-9a-f]{24})/)[1];
    await look(window, 'metrics-empty');
  });

  const panel = page.getByRole('dialog', { name: 'Set up post call metrics' });
  const card = (place) => panel.getByRole('region', { name: new RegExp(`^Metric ${place}\\b`) });

  await step('mistakes are told at their fields', async () => {
    await page.getByRole('button', { name: 'Add Metrics' }).first().click();
    const first = card(1);
    await first.getByLabel('Identifier').fill('Issue Settled');
    await first.getByText('Only lower-case letters').waitFor();
    await first.getByRole('button', { name: 'Take issue_settled' }).click();
    assert.equal(await first.getByLabel('Identifier').inputValue(), 'issue_settled');
    await choose(page, first, 'Enum');
    await panel.getByRole('button', { name: 'Save' }).click();
    await first.getByText('Say what to find out').waitFor();
    await first.getByText('An enum needs at least one choice').waitFor();
    await first.getByRole('textbox', { name: 'Choice 1' }).fill('a');
    await first.getByRole('textbox', { name: 'Choice 1' }).press('Enter');
    await first.getByRole('textbox', { name: 'Choice 2' }).fill('a');
    await first.getByText('“a” stands there twice').waitFor();
    await look(window, 'mistakes');
    await panel.getByRole('button', { name: 'Add Another' }).click();
    await card(2).getByLabel('Identifier').fill('issue_settled');
    await card(2).getByText('Metric 1 has this identifier already').waitFor();
    await card(2).getByRole('button', { name: /^Remove metric 2/ }).click();
  });

  await step('what is not saved is not lost by a click', async () => {
    await page.keyboard.press('Escape');
    const question = page.getByRole('dialog', { name: 'Leave without saving?' });
    await question.waitFor();
    await question.getByRole('button', { name: 'Go on editing' }).click();
    await page.goBack().catch(() => {});
    await question.waitFor();
    await question.getByRole('button', { name: 'Go on editing' }).click();
    assert.equal(await card(1).getByLabel('Identifier').inputValue(), 'issue_settled');
  });

  await step('five metrics of five types, advice, a template', async () => {
    for (const [at, metric] of METRICS.entries()) {
      if (at > 0) await panel.getByRole('button', { name: 'Add Another' }).click();
      const one = card(at + 1);
      await one.getByLabel('Identifier').fill(metric.identifier);
      await choose(page, one, metric.type);
      for (const [place, choice] of (metric.choices ?? []).entries()) {
        if (place > 0) await one.getByRole('button', { name: 'Add a choice' }).click();
        await one.getByRole('textbox', { name: `Choice ${place + 1}` }).fill(choice);
      }
      if (at === 0) {
        await one.getByLabel('Prompt').fill('Settled');
        await one.getByRole('listitem').filter({ hasText: /\w/ }).first().waitFor();
        await look(window, 'advice');
      }
      await one.getByLabel('Prompt').fill(metric.prompt);
    }
    await panel.getByRole('tab', { name: 'Templates' }).click();
    await panel.getByLabel('Search templates').fill('transferred');
    await panel.getByRole('checkbox', { name: 'transferred_to_person' }).click();
    await look(window, 'templates');
    await panel.getByRole('button', { name: 'Add (1)' }).click();
    await card(6).waitFor();
    await card(6).getByRole('button', { name: /^Remove metric 6/ }).click();
    await look(window, 'panel');
    await panel.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved to a new draft').waitFor();
    assert.equal(await page.getByRole('listitem').filter({ has: page.getByRole('heading') }).count(), METRICS.length);
    await look(window, 'draft');
  });

  await step('try it on a transcript', async () => {
    await page.getByRole('button', { name: 'Try it' }).click();
    const trial = page.getByRole('dialog', { name: 'Try it' });
    await trial.getByText('A transcript', { exact: true }).click();
    await trial.getByLabel('Transcript', { exact: true }).fill(TEXT);
    await trial.getByRole('button', { name: 'Try on this transcript' }).click();
    const result = trial.getByRole('region', { name: 'The transcript' });
    await result.getByText('visit_at').waitFor({ timeout: PATIENCE });
    await look(window, 'try');
    await page.keyboard.press('Escape');
  });

  await step('publish', async () => {
    await page.getByRole('button', { name: 'Publish' }).click();
    const dialog = page.getByRole('dialog', { name: /^Publish/ });
    await dialog.getByLabel('Label').fill('five questions');
    await dialog.getByRole('button', { name: 'Publish' }).click();
    await page.getByText('Read-only').waitFor();
    await page.getByRole('button', { name: /^Version: Version 2 · five questions/ }).waitFor();
    await page.getByRole('link', { name: 'About it' }).click();
    await page.getByRole('heading', { name, level: 1 }).waitFor();
    await page.getByText('asks for yes or no').waitFor();
    await look(window, 'agent');
  });

  await step('a call appears by itself, and its answers', async () => {
    await go(window, 'Call logs');
    await page.getByRole('heading', { name: 'Call logs', level: 1 }).waitFor();
    await page.goto(`${URL}/calls?agentId=${agentId}`);
    await page.getByRole('heading', { name: 'No call passes these filters' }).waitFor();
    send(agentId, callId, intake);
    await page.getByRole('cell', { name: callId }).waitFor();
    await page.getByRole('cell', { name: callId }).click();
    await page.getByRole('heading', { name: callId, level: 1 }).waitFor();
    await look(window, 'call-waits');
    await page.getByRole('heading', { name: 'Where the answers came from' }).waitFor({ timeout: PATIENCE });
    await look(window, 'call');
  });

  await step('an answer lights up its evidence, by pointing and by keyboard', async () => {
    const quotes = page.getByRole('button', { name: /^Show turn/ });
    assert.ok((await quotes.count()) > 0, 'some answer has evidence');
    const lit = page.locator('[data-role][data-lit]');
    assert.equal(await lit.count(), 0);
    await quotes.first().focus();
    await lit.first().waitFor();
    await look(window, 'evidence');
    await quotes.first().blur();
    await lit.first().waitFor({ state: 'detached' });
    await quotes.first().hover();
    await lit.first().waitFor();
    await quotes.first().click();
    await page.waitForFunction(() => {
      const { top, bottom } = document.querySelector('[data-role][data-lit]').getBoundingClientRect();
      return bottom > 0 && top < innerHeight;
    });
    // By keyboard one comes to the turn, and back.
    await quotes.first().focus();
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.activeElement.matches('[data-role][data-lit]'));
    await look(window, 'turn');
    await page.keyboard.press('Escape');
    assert.equal(await quotes.first().evaluate((quote) => quote === document.activeElement), true, 'Escape leads back to the answer');
  });

  await step('numbers, and the calls behind them', async () => {
    await page.goto(`${URL}/dashboard?agentId=${agentId}&range=7d`);
    const section = page.getByRole('region', { name: 'call_end' });
    await section.waitFor();
    await look(window, 'metrics-dashboard');
    // The choice that was answered, as the page of the call has it.
    const row = section.getByRole('list', { name: 'Answers to call_end' }).getByRole('link').first();
    const [value] = (await row.innerText()).split('\n');
    await row.click();
    await page.getByRole('cell', { name: callId }).waitFor();
    await page.getByText(`call_end is ${value}`).first().waitFor();
    assert.match(page.url(), new RegExp(`metric.call_end=${value}`));
    await page.goto(`${URL}/?agentId=${agentId}`);
    await page.getByRole('link', { name: /^Calls\s*1/ }).waitFor();
    await page.getByRole('heading', { name: 'call_end' }).waitFor();
    await look(window, 'overview');
  });

  await step('filter, columns, a view, an export', async () => {
    await page.goto(`${URL}/calls?agentId=${agentId}`);
    await page.getByRole('cell', { name: callId }).waitFor();
    await page.getByRole('button', { name: 'Filters' }).click();
    const filters = page.getByRole('dialog', { name: 'Filters' });
    await filters.getByRole('button', { name: 'Add a metric' }).click();
    await filters.getByLabel('Metric').fill('issue_settled');
    await choose(page, filters, 'status is', 'Comparison');
    await choose(page, filters, 'failed', 'Value');
    await look(window, 'filters');
    await filters.getByRole('button', { name: 'Apply' }).click();
    await page.getByText('issue_settled status is failed').waitFor();
    await page.getByRole('heading', { name: 'No call passes these filters' }).waitFor();
    await page.getByRole('button', { name: 'Remove filter: issue_settled status is failed' }).click();
    await page.getByRole('cell', { name: callId }).waitFor();
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByRole('checkbox', { name: 'Summary' }).check();
    await look(window, 'columns');
    await page.keyboard.press('Escape');
    await page.getByRole('columnheader', { name: 'Summary' }).waitFor();
    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByLabel('Name of the view').fill('Mine');
    await page.getByRole('button', { name: 'Keep' }).click();
    await page.keyboard.press('Escape');
    await page.goto(`${URL}/calls`);
    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByRole('button', { name: 'Mine', exact: true }).click();
    await page.getByRole('columnheader', { name: 'Summary' }).waitFor();
    assert.match(page.url(), new RegExp(`agentId=${agentId}`));
    await look(window, 'calls');
    await page.getByRole('button', { name: 'Export' }).click();
    const dialog = page.getByRole('dialog', { name: 'Export calls' });
    await look(window, 'export');
    const download = page.waitForEvent('download');
    await dialog.getByRole('button', { name: 'Export' }).click();
    const text = readFileSync(await (await download).path(), 'utf8');
    assert.match(text.split('\n')[0], /metric\.call_end/);
    assert.match(text, new RegExp(callId));
  });

  await step('a platform gets an address, and sends a call to it', async () => {
    await page.goto(`${URL}/agents/${agentId}`);
    await page.getByRole('button', { name: 'Add a platform' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a platform' });
    await dialog.getByRole('button', { name: 'Add' }).click();
    await dialog.getByText('Choose a platform').waitFor();
    await choose(page, dialog, 'Plain text', 'Platform');
    await dialog.getByLabel('Signing secret').waitFor();
    await look(window, 'platform-new');
    await dialog.getByRole('button', { name: 'Add' }).click();
    const made = page.getByRole('dialog', { name: 'The address for Plain text' });
    const address = await made.locator('pre').innerText();
    await look(window, 'platform-address');
    await made.getByRole('button', { name: 'Done' }).click();
    const wrong = await fetch(`${address}x`, { method: 'POST', body: TEXT });
    assert.equal(wrong.status, 401);
    const taken = await fetch(`${address}?callId=text-${callId}`, { method: 'POST', body: TEXT });
    assert.equal(taken.status, 200);
    assert.equal((await taken.json()).outcome, 'created');
    const region = page.getByRole('region', { name: 'Where calls come from' });
    await region.getByText('secret in the address').waitFor();
    assert.equal(await region.getByText(address).count(), 0, 'the secret is not shown again');
    await page.goto(`${URL}/calls/text-${callId}`);
    await page.getByText('The heating is broken. I need a technician.').waitFor();
  });

  await step('a webhook is tested, its secret shown and replaced', async () => {
    await go(window, 'Webhooks');
    await page.getByRole('button', { name: 'Create webhook' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Create a webhook' });
    await dialog.getByLabel('Address').fill('example.com');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await dialog.getByText('Begins with https://').waitFor();
    assert.equal(await dialog.getByLabel('Address').evaluate((field) => field === document.activeElement), true, 'the wrong field has the focus');
    await dialog.getByLabel('Address').fill(`${RECEIVER}/${variant.name}`);
    await look(window, 'webhook-new');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('region', { name: 'Settings' }).getByText('analytics-completed').waitFor();
    await page.getByRole('button', { name: 'Send a test' }).click();
    const delivery = page.getByRole('dialog', { name: 'Delivery' });
    await delivery.getByText('delivered').first().waitFor();
    await look(window, 'delivery');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Show the secret' }).click();
    const secret = page.getByRole('region', { name: 'Signing secret' }).locator('code').first();
    const before = await secret.innerText();
    assert.match(before, /^[0-9a-f]{64}$/);
    await page.getByRole('button', { name: 'Rotate' }).click();
    await page.getByRole('button', { name: 'Replace' }).click();
    await page.getByText('The secret is replaced').waitFor();
    assert.notEqual(await secret.innerText(), before);
    await look(window, 'webhook');
    await go(window, 'Webhooks');
    await page.getByRole('cell', { name: new RegExp(variant.name) }).waitFor();
    await look(window, 'webhooks');
  });

  await step('models, jobs, keys', async () => {
    await go(window, 'Models');
    await page.getByRole('button', { name: /^Test / }).first().click();
    await page.getByText(/^It answered in/).waitFor({ timeout: PATIENCE });
    await look(window, 'models');
    await go(window, 'Jobs');
    await page.getByRole('cell', { name: callId, exact: true }).waitFor();
    await look(window, 'jobs');
    await go(window, 'Keys');
    await page.getByRole('button', { name: 'Create key' }).click();
    await page.getByLabel('Name').fill(`viewer ${variant.name}`);
    await look(window, 'key-new');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    const made = page.getByRole('dialog', { name: /^The key/ });
    const secret = await made.getByText(/^sk_/).innerText();
    await made.getByRole('button', { name: 'Done' }).click();
    await look(window, 'keys');
    await viewer(browser, variant, secret, agentId);
  });

  await step('what is not there', async () => {
    for (const [address, what, list] of [
      ['agents/none', 'agent', 'agents'],
      ['agents/none/metrics', 'agent', 'agents'],
      ['calls/none', 'call', 'call logs'],
      ['webhooks/none', 'webhook', 'webhooks'],
      ['none', 'page', 'overview'],
    ]) {
      await page.goto(`${URL}/${address}`);
      await page.getByRole('heading', { name: `There is no such ${what}` }).waitFor();
      await page.getByRole('main').getByRole('link', { name: `To the ${list}` }).waitFor();
      assert.equal(await page.getByRole('main').getByRole('button').count(), 0);
    }
    await look(window, 'not-there');
  });

  await step('help', async () => {
    await go(window, 'Help');
    await page.getByRole('heading', { name: 'Aftercall API', level: 1 }).waitFor();
    await look(window, 'help');
    await page.getByRole('link', { name: 'Back to the dashboard' }).click();
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
  });

  await step('sign out', async () => {
    if (window.phone) await page.getByRole('button', { name: 'Menu' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.goto(`${URL}/keys`);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    calm(window);
  });
  await window.context.close();
}

/** A viewer sees everything but secrets, and nothing that changes anything. */
async function viewer(browser, variant, secret, agentId) {
  const window = await open(browser, { ...variant, name: `${variant.name}-viewer` });
  const { page } = window;
  await signIn(page, secret);
  await page.goto(`${URL}/agents/${agentId}/metrics`);
  await page.getByRole('heading', { name: 'call_end' }).waitFor();
  for (const name of ['Add Metrics', 'Try it', 'Publish', /^Edit/, /^More for/]) {
    assert.equal(await page.getByRole('button', { name }).count(), 0, `a viewer has no button ${name}`);
  }
  await look(window, 'viewer-metrics');
  await page.goto(`${URL}/agents/${agentId}`);
  await page.getByText('secret in the address').waitFor();
  for (const name of ['Add a platform', /^Change/, /^New address/, /^Take/]) {
    assert.equal(await page.getByRole('button', { name }).count(), 0, `a viewer has no button ${name}`);
  }
  await go(window, 'Webhooks');
  await page.getByRole('link', { name: new RegExp(variant.name) }).click();
  await page.getByRole('heading', { name: 'Deliveries' }).waitFor();
  assert.equal(await page.getByText('Signing secret').count(), 0);
  assert.equal(await page.getByRole('button', { name: 'Send a test' }).count(), 0);
  await look(window, 'viewer-webhook');
  if (window.phone) await page.getByRole('button', { name: 'Menu' }).click();
  assert.equal(await page.getByRole('link', { name: 'Keys' }).count(), 0);
  calm(window);
  await window.context.close();
}

/** Picks from a menu by its label. */
async function choose(page, inside, option, label = 'Data type') {
  await inside.getByLabel(label).last().click();
  await page.getByRole('option', { name: option, exact: true }).click();
}
