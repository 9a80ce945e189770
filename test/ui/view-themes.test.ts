import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, it } from 'mocha';
import { viewNames } from '../../extension/views/table';
import { panelPages } from '../../extension/webview/panel/pages';
import { freshWorkspace } from '../../scripts/test-vscode';
import { themes, usedVariables } from '../panel/theme-variables';
import type { FrameLocator } from '../vscode-host/host';
import { colourOf, contrast } from './contrast';
import { Workbench } from './workbench';

const recorded = 'test/panel/golden/themes.json';

/** WCAG 2.1, 1.4.3. */
const enough = 4.5;

describe('colours of the views, in the workbench', () => {
  let workbench: Workbench | undefined;

  afterEach(() => workbench?.close());

  for (const theme of themes) {
    it(`can be read in ${theme}`, async () => {
      const opened = await Workbench.open(freshWorkspace(path.resolve('out/test-workspace-ui')), theme);
      workbench = opened;
      await opened.openFile('kernel.S');
      await opened.editor.locator('.codelens-decoration').first().waitFor();
      await opened.goTo('csrw');
      await opened.clickMargin(/csrw\s+satp/);
      await opened.page.keyboard.press('F5');
      await opened.page.locator('.debug-toolbar').waitFor();
      const narration = await opened.frame('narration');
      await narration.locator('.told').first().waitFor();
      for (let steps = 0; steps < 2; steps++) {
        await opened.page.keyboard.press('F11');
        await opened.page.waitForTimeout(700);
      }
      await narration.locator('.told.present').waitFor();
      const dim: string[] = [];
      for (const name of viewNames) dim.push(...(await dimTexts(opened, name, await opened.view(name))));
      const shot = theme.replaceAll(' ', '-').toLowerCase();
      await opened.screenshot(`views-${shot}`);
      await opened.run('HyperStep: Open Machine Panel');
      const panel = await opened.frame('panel');
      for (const { tab } of panelPages) {
        await panel.getByRole('tab', { name: tab }).click();
        dim.push(...(await dimTexts(opened, tab, panel)));
        await opened.screenshot(`panel-${tab.replaceAll(' ', '-').toLowerCase()}-${shot}`);
      }
      assert.deepEqual(dim, []);
      checkRecorded(theme, await variablesOf(panel));
    });
  }
});

/** The gallery has the colours of VS Code's themes as they are. */
function checkRecorded(theme: string, variables: Record<string, string>): void {
  const known = JSON.parse(readFileSync(recorded, 'utf8'));
  if (process.env['UPDATE_GOLDEN'] === '1')
    writeFileSync(recorded, `${JSON.stringify({ ...known, [theme]: variables }, null, 1)}\n`);
  else assert.deepEqual(known[theme], variables);
}

/** What VS Code gives to a web page in its theme, of what the panel uses. */
function variablesOf(panel: FrameLocator): Promise<Record<string, string>> {
  return panel.locator('body').evaluate((body, names) => {
    const style = getComputedStyle(body.ownerDocument.documentElement);
    const pairs = names.map((name): [string, string] => [name, style.getPropertyValue(name).trim()]);
    return Object.fromEntries(pairs.filter(([, value]) => value !== ''));
  }, usedVariables());
}

/** Texts of a view that are not told from what is behind them well enough. */
async function dimTexts(workbench: Workbench, name: string, view: FrameLocator): Promise<string[]> {
  await view.locator('#view :is(header, section, .note)').first().waitFor();
  await workbench.page.waitForTimeout(500);
  const texts = await view.locator('body').evaluate((body) => {
    const shown = [...body.querySelectorAll('#view *')].filter(
      (element) =>
        [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim()) &&
        element.getBoundingClientRect().width > 0 &&
        element.tagName !== 'OPTION',
    );
    return shown.map((element) => {
      // No functions with names here: the bundler helps those with one of its own, which the page does not have.
      const layers: string[] = [];
      for (let each: Element | null = element; each; each = each.parentElement)
        layers.push(getComputedStyle(each).backgroundColor);
      const text = `${element.className} "${element.textContent?.slice(0, 40)}"`;
      return { text, colour: getComputedStyle(element).color, layers };
    });
  });
  const base = colourOf(await workbench.container.evaluate((part) => getComputedStyle(part).backgroundColor));
  return texts.flatMap(({ text, colour, layers }) => {
    const behind = layers.reverse().reduce((below, layer) => over(layer, below), base);
    const found = contrast(over(colour, behind), behind);
    return found < enough ? [`${name}: ${text}: ${found.toFixed(2)}`] : [];
  });
}

/** A colour that may let shine through what is behind it. */
function over(css: string, behind: ReturnType<typeof colourOf>): ReturnType<typeof colourOf> {
  const [red = 0, green = 0, blue = 0, alpha = 1] = (css.match(/[\d.]+/g) ?? []).map(Number);
  const mix = (part: number, below: number): number => part * alpha + below * (1 - alpha);
  return [mix(red, behind[0]), mix(green, behind[1]), mix(blue, behind[2])];
}
