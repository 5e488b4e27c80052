import { after, before, test } from 'node:test';
import { story } from './story.mjs';
import { launch, VARIANTS } from './world.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

for (const variant of VARIANTS) test(variant.name, (t) => story(browser, variant, t));
