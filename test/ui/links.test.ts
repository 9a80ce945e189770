import path from 'node:path';
import { after, afterEach, before, describe, it } from 'mocha';
import { freshWorkspace } from '../../scripts/test-vscode';
import type { Locator } from '../vscode-host/host';
import { Workbench } from './workbench';

/** A link to a moment and to a lab, followed as somebody follows it who has got it. */
describe('links', () => {
  const workspace = freshWorkspace(path.resolve('out/test-workspace-links'));
  let workbench: Workbench;
  let link = '';

  before(async () => {
    workbench = await Workbench.open(workspace);
  });
  after(() => workbench?.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed')
      await workbench.screenshot(`failed-${this.currentTest.title.replaceAll(/\W+/g, '-')}`);
  });

  const dialog = (): Locator => workbench.page.locator('.monaco-dialog-box');
  const topLine = (): Locator => workbench.editor.locator('.debug-top-stack-frame-line').first();

  async function open(text: string): Promise<void> {
    await workbench.run('HyperStep: Open Link...');
    const input = workbench.page.locator('.quick-input-widget', { hasText: 'Open Link' }).locator('input').first();
    await input.fill(text);
    await input.press('Enter');
  }

  it('to a moment are copied where the guest stands', async () => {
    const { page, editor } = workbench;
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await workbench.openFile('kernel.S');
    await workbench.goTo('csrw');
    await workbench.clickMargin(/csrw\s+satp/);
    await page.keyboard.press('F5');
    await topLine().waitFor({ state: 'attached' });
    await editor
      .locator('.view-line', { hasText: /csrw\s+satp/ })
      .first()
      .waitFor();
    await workbench.run('HyperStep: Copy Link to This Moment');
    await page.getByText('The link to this moment is copied').first().waitFor();
    link = await page.evaluate(() => navigator.clipboard.readText());
    await page.keyboard.press('Shift+F5');
    await page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
  });

  it('to a moment run nothing before somebody agrees, and lead there', async () => {
    const { page } = workbench;
    await open(link);
    await dialog().getByText('Run a guest up to instruction').waitFor();
    await workbench.screenshot('28-link-to-a-moment');
    await dialog().getByRole('button', { name: 'Cancel' }).click();
    await dialog().waitFor({ state: 'hidden' });
    await open(link);
    await dialog().getByRole('button', { name: 'Run' }).click();
    await page.getByText('at the saved moment').first().waitFor();
    await topLine().waitFor({ state: 'attached' });
    await workbench.screenshot('29-at-the-saved-moment');
    await page.keyboard.press('Shift+F5');
    await page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
  });

  it('that lead elsewhere say what is wrong', async () => {
    const moment = { launch: { program: '../x.S' }, moment: { retired: 1 } };
    await open(
      `vscode://hyperstep.hyperstep/moment/test-workspace-links?${encodeURIComponent(JSON.stringify(moment))}`,
    );
    await workbench.page.getByText('"../x.S" leads out of the workspace folder.').first().waitFor();
    await open('vscode://hyperstep.hyperstep/lab/none-of-these');
    await workbench.page.getByText('There is no lab none-of-these. There are:').first().waitFor();
  });

  it('to a lab ask whether to start it', async () => {
    await open('vscode://hyperstep.hyperstep/lab/trap-and-emulate');
    await dialog().getByText('Start the lab').waitFor();
    await workbench.screenshot('30-link-to-a-lab');
    await dialog().getByRole('button', { name: 'Cancel' }).click();
  });
});
