import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { after, before, describe, it } from 'mocha';
import { viewNames } from '../../extension/views/table';
import { shownAs } from '../../scripts/site/pictures';
import type { Browser, Page } from '../vscode-host/host';
import { launchBrowser } from '../vscode-host/host';
import { answers } from './fake-session';
import { OpenedView, themes } from './opened-view';

/** Nothing is cut off, however narrow: texts wrap, and what is a table scrolls. */
describe('views with little room', () => {
  let browser: Browser;

  before(async () => {
    mkdirSync('out/screenshots', { recursive: true });
    browser = await launchBrowser();
  });
  after(() => browser?.close());

  for (const theme of Object.keys(themes) as (keyof typeof themes)[]) {
    for (const zoom of [1, 1.5]) {
      for (const name of viewNames) {
        it(`${name}: nothing is cut off at 250 px, zoomed to ${zoom * 100} %, ${theme}`, async () => {
          const view = await OpenedView.open(browser, name, { width: 250, zoom, theme, answers: longAddresses() });
          const { page } = view;
          await view.stop(1);
          await page.locator('#view :is(header, section, h2)').first().waitFor();
          await unfoldAll(page);
          await view.screenshot(shownAs(name, theme, zoom * 100));
          assert.deepEqual(await page.evaluate(cutOff), []);
        });
      }
    }
  }
});

async function unfoldAll(page: Page): Promise<void> {
  const kinds = ['button.fold', '[role="treeitem"]', '[role="row"]'];
  const folded = page.locator(kinds.map((kind) => `${kind}[aria-expanded="false"]`).join(', '));
  for (let most = 0; most < 50 && (await folded.count()) > 0; most++) {
    await folded.first().focus();
    await page.keyboard.press('Enter');
    await page.waitForTimeout(30);
  }
}

/** Texts that reach out of the page, or of what hides what does not fit; what scrolls sideways is reached. */
function cutOff(): string[] {
  const found: string[] = [];
  const { clientWidth } = document.documentElement;
  for (const element of document.querySelectorAll<HTMLElement>('#view *')) {
    const { overflowX } = getComputedStyle(element);
    const scrolls = element.closest('.wide') !== null;
    if (scrolls || element.childElementCount > 0) continue;
    if (element.closest('.unseen, thead') || element instanceof HTMLOptionElement) continue;
    const { right, width } = element.getBoundingClientRect();
    if (width > 0 && right > clientWidth + 1) found.push(`${element.className}: ${element.textContent}`);
    if (overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1)
      found.push(`${element.className} hides ${element.textContent}`);
  }
  return found;
}

/** As of a kernel in the upper half of a 64-bit address space. */
function longAddresses(): Partial<typeof answers> {
  const long = <Body>(body: Body): Body =>
    JSON.parse(JSON.stringify(body).replaceAll(/"0x8(0[0-9a-f]{6})"/g, '"0xffffffff8$1"'));
  const commands = Object.keys(answers) as (keyof typeof answers)[];
  const entries = commands.map((command) => [command, (args: never) => long(answers[command]?.(args))]);
  return Object.fromEntries(entries);
}
