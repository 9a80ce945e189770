import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'mocha';
import { freshWorkspace } from '../../scripts/test-vscode';
import { Workbench } from './workbench';

describe('editing, in the workbench', () => {
  let workbench: Workbench;

  before(async () => {
    const folder = freshWorkspace(path.resolve('out/test-workspace-ui'));
    const arm = '.syntax unified\n.globl start\nstart:\n  push {r4, lr}\n  ldr r0, =table\n  bl main\n  pop {r4, pc}\n';
    writeFileSync(path.join(folder, 'entry-arm.S'), arm);
    workbench = await Workbench.open(folder);
  });
  after(() => workbench?.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed')
      await workbench.screenshot(`failed-${this.currentTest.title.replaceAll(/\W+/g, '-')}`);
  });

  it('colours assembly', async () => {
    await workbench.openFile('hello.S');
    await workbench.editor.locator('.view-line span[class*="mtk"]', { hasText: 'ecall' }).first().waitFor();
    await workbench.screenshot('1-assembly');
  });

  it('says in the status bar why a file of another architecture is not checked', async () => {
    await workbench.openFile('entry-arm.S');
    await workbench.page.locator('.statusbar-item', { hasText: 'ARM, not RISC-V' }).first().waitFor();
    await workbench.screenshot('1-another-architecture');
    await workbench.openFile('hello.S');
  });

  it('offers to debug the file', async () => {
    await workbench.page
      .getByRole('button', { name: /Debug Guest/ })
      .first()
      .waitFor();
  });

  it('leads through the first steps', async () => {
    await workbench.run('Welcome: Open Walkthrough...');
    await workbench.page.keyboard.type('Step into a hypervisor');
    await workbench.page.keyboard.press('Enter');
    await workbench.page.getByText('Stop where a guest turns on paging').first().waitFor();
    await workbench.screenshot('2-walkthrough');
  });
});
