import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { AxeResults } from 'axe-core';
import { after, before, describe, it } from 'mocha';
import { panelPages } from '../../extension/webview/panel/pages';
import { buildGallery } from '../../scripts/gallery-page';
import { moments } from '../panel/moments';
import { themes } from '../panel/theme-variables';
import type { Browser, Page } from '../vscode-host/host';
import { launchBrowser } from '../vscode-host/host';

/** Widths in CSS pixels, and the zoom of the window. */
const rooms = [
  { name: 'wide', width: 1000, zoom: 1 },
  { name: 'narrow', width: 250, zoom: 1 },
  { name: 'zoomed', width: 480, zoom: 1.5 },
] as const;

const screenshots = 'out/screenshots';
const axe = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');

/** The machine panel with what was recorded: that everybody can use it, however it looks. */
describe('the gallery of the machine panel', () => {
  let browser: Browser;
  let file: string;

  before(async () => {
    mkdirSync(screenshots, { recursive: true });
    file = path.resolve(await buildGallery());
    browser = await launchBrowser();
  });
  after(() => browser?.close());

  /** @param shown the page that it begins with; all of them when absent */
  const open = async (width: number, zoom: number, shown = ''): Promise<Page> => {
    const size = { width: Math.floor(width / zoom), height: Math.floor(900 / zoom) };
    const page = await browser.newPage({ viewport: size, deviceScaleFactor: zoom });
    page.setDefaultTimeout(10_000);
    await page.goto(`file://${file}#${encodeURI(shown)}`);
    await page.addScriptTag({ content: axe });
    return page;
  };

  const go = async (page: Page, moment: string, id: string, theme: string): Promise<void> => {
    await page.evaluate((hash) => {
      location.hash = hash;
    }, `#${moment}/${id}/${theme}`);
    await page.locator(`[data-shown="${moment}/${id}/${theme}"]`).waitFor();
  };

  for (const theme of themes) {
    // Where there is room, a theme more shows nothing that it does not show where there is little.
    for (const { name, width, zoom } of theme === themes[0] ? rooms : rooms.filter((room) => room.name !== 'wide')) {
      it(`has nothing that axe finds, and nothing cut off: ${theme}, ${name}`, async () => {
        const page = await open(width, zoom, `full-user/rings/${theme}`);
        const found: string[] = [];
        const ids = Object.keys(moments);
        // Each theme and room looks at all pages of one moment, so that together they look at all; what is cut off does not depend on the theme.
        const chosen =
          (themes.indexOf(theme) * rooms.length + rooms.findIndex((room) => room.name === name)) % ids.length;
        for (const [index, moment] of ids.entries()) {
          if (index !== chosen && theme !== themes[0]) continue;
          for (const { id } of panelPages) {
            await go(page, moment, id, theme);
            const where = `${moment}, ${id}`;
            found.push(...(await cutOff(page)).map((text) => `${where}: ${text}`));
            if (index !== chosen) continue;
            found.push(...(await violations(page)).map((text) => `${where}: ${text}`));
            const shot = `gallery-${id}-${moment}-${theme.replaceAll(' ', '-').toLowerCase()}-${name}`;
            await page.screenshot({ path: `${screenshots}/${shot}.png`, fullPage: true });
          }
        }
        await page.close();
        assert.deepEqual(found, []);
      });
    }
  }

  it('is walked by keyboard alone: every tab, and everything that can be used on every page', async () => {
    const page = await open(700, 1, `full-user/rings/${themes[1]}`);
    for (const moment of ['full-user', 'own-hypervisor', 'disk-asked']) {
      await go(page, moment, 'rings', themes[1]);
      await page.locator('[role="tab"][aria-selected="true"]').focus();
      for (const { tab, question } of panelPages) {
        const selected = page.getByRole('tab', { name: tab, exact: true, selected: true });
        // The page is drawn, and the keyboard goes to its tab, some frames after the key.
        await selected.and(page.locator(':focus')).waitFor();
        await page.getByRole('heading', { name: question }).waitFor();
        await walkControls(page, `${moment}, ${tab}`);
        await selected.focus();
        await page.keyboard.press('ArrowRight');
      }
    }
    await page.close();
  });

  it('shows all pages below each other', async () => {
    const page = await open(1000, 1);
    const headings = await page.locator('h2').allInnerTexts();
    for (const { question } of panelPages)
      assert.equal(headings.filter((each) => each === question).length, Object.keys(moments).length, question);
    await page.close();
  });
});

async function violations(page: Page): Promise<string[]> {
  const results = await page.evaluate(
    () => (window as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run() as Promise<AxeResults>,
  );
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 120)}: ${failureSummary?.split('\n')[1]}`),
  );
}

/** Texts that reach out of the page; what scrolls sideways is reached. */
function cutOff(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    for (const element of document.querySelectorAll<HTMLElement>('#view *')) {
      if (element.closest('.wide, .unseen, option, svg') || element.childElementCount > 0) continue;
      const { right, width } = element.getBoundingClientRect();
      if (width > 0 && right > document.documentElement.clientWidth + 1)
        found.push(`${element.className} reaches out: ${element.textContent}`);
    }
    return found;
  });
}

/** By Tab from the list of pages through everything that can be used, once each, until the page is left. */
async function walkControls(page: Page, where: string): Promise<void> {
  const expected = await page.evaluate(() => {
    const usable = 'button, input, select, summary, [tabindex="0"]';
    const controls = [...document.querySelectorAll<HTMLElement>(`[role="tabpanel"] :is(${usable})`)];
    const shown = controls.filter((control) => control.checkVisibility() && control.tabIndex >= 0);
    for (const [index, control] of shown.entries()) control.dataset['walked'] = String(index);
    return shown.length;
  });
  for (let at = 0; at < expected; at++) {
    await page.keyboard.press('Tab');
    const reached = await page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset['walked']);
    assert.equal(reached, String(at), `${where}: the ${at + 1}th control of ${expected}`);
  }
}
