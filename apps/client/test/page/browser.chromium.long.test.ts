import { readFile } from 'node:fs/promises';
import { AxeBuilder } from '@axe-core/playwright';
import { findProgram } from '@p2pimg/testkit';
import test from 'ava';
import { chromium } from 'playwright-core';
import { PageServer, type PageTimes } from '../../src/page/server.ts';
import { PUPPY } from '../support/cloud.ts';

const TIMES: PageTimes = { unopenedMs: 3_600_000, settledMs: 10, closedMs: 3_600_000 };
const CHROMIUM = process.env.P2PIMG_CHROMIUM ?? findProgram('chromium', 'chromium-browser');

test('M5 U5: real Chromium shows the picture, tells nobody of it, and ends the view when the tab is closed', async (t) => {
  const browser = await chromium.launch({ executablePath: CHROMIUM ?? '(no Chromium)', args: ['--no-sandbox'] });
  t.teardown(() => browser.close());
  const context = await browser.newContext({ viewport: { width: 800, height: 600 } });
  const tab = await context.newPage();
  const problems: string[] = [];
  tab.on('console', (message) => problems.push(message.text()));
  tab.on('pageerror', (error) => problems.push(error.message));

  const bytes = new Uint8Array(await readFile(PUPPY));
  const page = await PageServer.open({
    bytes,
    mime: 'image/jpeg',
    title: 'client6-puppy',
    caption: '4 views left. Closing this page ends the view.',
  });
  t.teardown(() => page.close());
  await tab.goto(page.url);
  await tab.waitForSelector('html[data-shown=yes]');
  // As text: the page's own world has a document, this one has none.
  const size = (await tab.evaluate('[document.images[0].naturalWidth, document.images[0].naturalHeight]')) as number[];
  t.true(size.every((side) => side > 100));
  t.is(await tab.title(), 'client6-puppy');
  t.regex(String(await tab.textContent('p')), /4 views left/);
  t.false(tab.url().includes('#'), 'the token is gone from the address');
  t.is(await tab.evaluate('document.cookie'), '', 'scripts do not see the cookie');
  const { violations } = await new AxeBuilder({ page: tab }).setLegacyMode(true).analyze();
  t.deepEqual(violations, [], 'everybody can use it');
  if (process.env.P2PIMG_SCREENSHOT !== undefined) await tab.screenshot({ path: process.env.P2PIMG_SCREENSHOT });

  const second = await context.newPage();
  await second.goto(page.url);
  await second.waitForSelector('text=This view has ended');
  t.false((await second.content()).includes('client6-puppy'), 'who has no session is not even told the name');
  await second.close();
  t.deepEqual(problems, []);

  await tab.close();
  await page.closed;
  await t.throwsAsync(fetch(new URL('/', page.url)));
});

test('M5: real Chromium whose tab is closed between getting its session and staying ends the view', async (t) => {
  const browser = await chromium.launch({ executablePath: CHROMIUM ?? '(no Chromium)', args: ['--no-sandbox'] });
  t.teardown(() => browser.close());
  const tab = await browser.newPage();
  const page = await PageServer.open({ bytes: new Uint8Array(9), mime: 'image/png', title: 'a', caption: 'b' }, TIMES);
  t.teardown(() => page.close());
  const asked = Promise.withResolvers<void>();
  await tab.route('**/alive', () => asked.resolve()); // never goes on
  await tab.goto(page.url);
  await asked.promise;
  await tab.close();
  await page.closed;
  await t.throwsAsync(fetch(new URL('/', page.url)));
});
