import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { after, before, describe, it } from 'mocha';
import { buildClassroomVsix } from '../../scripts/classroom-pack';
import { type Browser, type Host, launchBrowser, type Page, startHost } from '../vscode-host/host';

describe('the pack for courses', () => {
  let host: Host;
  let browser: Browser;
  let page: Page;

  before(async () => {
    mkdirSync('out/screenshots', { recursive: true });
    host = await startHost({ vsix: [process.env['HYPERSTEP_VSIX'] ?? '', buildClassroomVsix()] });
    browser = await launchBrowser();
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.setDefaultTimeout(60_000);
    await page.goto(host.url({ ew: 'true' }));
  });

  after(async () => {
    await browser?.close();
    await host?.stop();
  });

  it('is installed from its file, beside the extension, where there is no gallery', async () => {
    await page.locator('.monaco-workbench').waitFor();
    await page.keyboard.press('Control+Shift+X');
    const names = page.locator('.extension-list-item .name');
    await names.filter({ hasText: /^HyperStep Classroom$/ }).waitFor();
    assert.ok((await names.allTextContents()).includes('HyperStep'));
    await page.screenshot({ path: 'out/screenshots/classroom-pack.png' });
  });

  it('has settings for a course, as defaults', async () => {
    await page.keyboard.press('Control+,');
    const search = page.locator('.settings-editor .suggest-input-container');
    await search.click();
    await page.keyboard.type('hyperstep.views.show');
    const choice = page
      .locator('.settings-editor .setting-item-contents', { hasText: 'Show' })
      .locator('select')
      .first();
    await choice.waitFor();
    await page.waitForFunction(
      (select) => (select as { value?: string } | null)?.value !== undefined,
      await choice.elementHandle(),
    );
    assert.equal(
      await choice.evaluate(
        (select) =>
          (select as unknown as { selectedOptions: { textContent: string }[] }).selectedOptions[0]?.textContent,
      ),
      'everySession',
    );
  });
});
