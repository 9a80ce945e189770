import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { after, before, describe, it } from 'mocha';
import { type Browser, launchBrowser } from '../vscode-host/host';

/** The documentation in a browser, from files alone. */
describe('the site', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'hyperstep-site-'));
  let browser: Browser;

  before(async () => {
    const { status, stderr } = spawnSync(process.execPath, ['scripts/run.mjs', 'docs', folder], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('finds a launch attribute by its name, and says how much it has found', async () => {
    const page = await browser.newPage({ viewport: { width: 1200, height: 800 } });
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(pathToFileURL(path.join(folder, 'reference/engines/full/index.html')).href);
    await page.getByLabel('Search').fill('vmmTime');
    await page.getByText(/^\d+ found$/).waitFor();
    await page.screenshot({ path: 'out/screenshots/31-site-search.png' });
    await page.getByRole('link', { name: 'The launch attribute vmmTime' }).click();
    await page.getByRole('heading', { name: 'The launch attribute vmmTime' }).waitFor();
    await page.getByLabel('Search').fill('xyzzyplugh');
    await page.getByText('Nothing found').waitFor();
    assert.deepEqual(errors, []);
  });
});
