import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'mocha';
import type { Locator } from '../vscode-host/host';
import { Workbench } from './workbench';

/** A newcomer, from the installation to the hypervisor: every click of it, with the folders that VS Code does not trust yet. */
describe('the first run', () => {
  let workbench: Workbench;
  const clicks: string[] = [];
  let begin = 0;

  before(async () => {
    workbench = await Workbench.open(undefined, undefined, { trustAll: false });
  });
  after(() => workbench?.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench.screenshot('failed-first-run');
  });

  async function click(what: string, target: Locator): Promise<void> {
    await target.click();
    clicks.push(what);
  }

  it('begins at the walkthrough', async () => {
    await workbench.run('Welcome: Open Walkthrough...');
    await workbench.page.keyboard.type('Step into a hypervisor');
    await workbench.page.keyboard.press('Enter');
    await workbench.page.getByRole('button', { name: 'Debug the Sample' }).first().waitFor();
    begin = Date.now();
    await workbench.screenshot('25-walkthrough-at-installation');
  });

  it('stands in the VMM at the write of satp after three clicks, with words for what happens', async () => {
    const { page, editor } = workbench;
    await click('Debug the Sample', page.getByRole('button', { name: 'Debug the Sample' }).first());
    await click(
      'trust',
      page
        .locator('.monaco-dialog-box')
        .getByRole('button', { name: /^(Yes, I trust|Trust Folder)/ })
        .first(),
    );
    const notice = page.locator('.notification-toast', { hasText: 'csrw satp traps' });
    await editor
      .locator('.view-line', { hasText: /csrw\s+satp/ })
      .first()
      .waitFor();
    await notice.waitFor();
    await workbench.screenshot('26-about-to-write-satp');
    await click('Step Into', notice.getByRole('button', { name: 'Step Into' }));
    await page.locator('.tab.active', { hasText: 'hypervisor.ts' }).waitFor();
    await editor.locator('.debug-top-stack-frame-line').first().waitFor({ state: 'attached' });
    await page.locator('.debug-call-stack').getByText('csrw satp, t0').first().waitFor();
    const narration = await workbench.frame('narration');
    await narration.getByText('the VMM is at work').waitFor();
    // What it is all about is not scrolled away.
    const about = await narration.locator('.what', { hasText: 'csrw satp, t0' }).first().boundingBox();
    const pane = await page.locator('.part.auxiliarybar').boundingBox();
    assert.ok(about && pane && about.y >= pane.y, JSON.stringify({ about, pane }));
    await narration.locator('.told.present', { hasText: 'the hart has trapped into the VMM' }).waitFor();
    const seconds = ((Date.now() - begin) / 1000).toFixed(1);
    console.log(`      ${clicks.length} clicks (${clicks.join(', ')}), ${seconds} s`);
    assert.equal(clicks.length, 3);
    await workbench.screenshot('27-in-the-vmm-for-the-first-time');
  });
});
