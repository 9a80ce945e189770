import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'mocha';
import { freshWorkspace } from '../../scripts/test-vscode';
import type { Locator } from '../vscode-host/host';
import { Workbench } from './workbench';

/** The sample on the engine `hardware`: into the VMM on a guest-page fault, and both stages of a walk in the views. */
describe('debugging with two stages, in the workbench', () => {
  let workbench: Workbench;

  before(async () => {
    const workspace = freshWorkspace(path.resolve('out/test-workspace-hardware'));
    // The configuration that F5 takes is the first.
    const launch = path.join(workspace, '.vscode/launch.json');
    const configured = JSON.parse(readFileSync(launch, 'utf8'));
    const isHardware = (each: { virtualization: string }): boolean => each.virtualization === 'hardware';
    configured.configurations = configured.configurations.filter(isHardware);
    writeFileSync(launch, JSON.stringify(configured));
    workbench = await Workbench.open(workspace);
  });
  after(() => workbench?.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed')
      await workbench.screenshot(`failed-${this.currentTest.title.replaceAll(/\W+/g, '-')}`);
  });

  const frames = (): Locator => workbench.page.locator('.debug-call-stack .monaco-list-row');

  it('stops behind the switch to paging, which takes no exit here', async () => {
    await workbench.openFile('kernel.S');
    const line = workbench.editor.locator('.view-line', { hasText: /^disk_read_done:/ });
    // A workbench that is still starting may lose the keys of a search.
    for (let tries = 0; tries < 5 && (await line.count()) === 0; tries++) {
      await workbench.goTo('disk_read_done');
      await workbench.page.waitForTimeout(1000);
    }
    await workbench.clickMargin(/^disk_read_done:/);
    await workbench.page.keyboard.press('F5');
    await workbench.page.locator('.debug-toolbar').waitFor();
    await frames().filter({ hasText: 'kernel.S' }).first().waitFor();
    await workbench.screenshot('10-hardware-stopped');
  });

  it('shows every entry of both stages', async () => {
    const view = await workbench.view('pageTables');
    await view.getByLabel(/^Guest-virtual address/).fill('0x80200000');
    await view.getByRole('button', { name: 'Walk', exact: true }).click();
    await view.getByText('Both stages, as the hardware walks them').waitFor();
    await workbench.screenshot('11-hardware-stages');
  });

  it('lists the exits that the hardware left to the VMM', async () => {
    const view = await workbench.view('exits');
    await view
      .getByRole('button', { name: /guest-page fault/i })
      .first()
      .waitFor();
    await workbench.screenshot('12-hardware-exits');
  });
});
