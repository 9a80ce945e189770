import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'mocha';
import { freshWorkspace } from '../../scripts/test-vscode';
import type { Locator } from '../vscode-host/host';
import { Workbench } from './workbench';

/** The ported sample under `para`: into the VMM by a hypercall, its registered tables and the page that it shares. */
describe('debugging a ported guest, in the workbench', () => {
  let workbench: Workbench;

  before(async () => {
    const workspace = freshWorkspace(path.resolve('out/test-workspace-ported'));
    // The configuration that F5 takes is the first.
    const launch = path.join(workspace, '.vscode/launch.json');
    const configured = JSON.parse(readFileSync(launch, 'utf8'));
    const isPorted = (each: { name: string }): boolean => each.name.startsWith('Ported sample');
    configured.configurations = configured.configurations.filter(isPorted);
    writeFileSync(launch, JSON.stringify(configured));
    workbench = await Workbench.open(workspace);
  });
  after(() => workbench?.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed')
      await workbench.screenshot(`failed-${this.currentTest.title.replaceAll(/\W+/g, '-')}`);
  });

  const frames = (text: string | RegExp): Locator =>
    workbench.page.locator('.debug-call-stack .monaco-list-row', { hasText: text }).first();

  it('stops in its kernel, on tables of its own', async () => {
    await workbench.page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'para' }).first().click();
    const kernel = workbench.page.locator('.explorer-folders-view .monaco-list-row[aria-level="2"]', {
      hasText: 'kernel.S',
    });
    await kernel.first().dblclick();
    // Lenses that come push lines away.
    await workbench.editor.locator('.codelens-decoration').first().waitFor();
    // On the tables that the kernel has just chosen.
    await workbench.clickMargin(/la\s+a0, paging_on/);
    await workbench.editor.locator('.codicon-debug-breakpoint').first().waitFor();
    await workbench.page.keyboard.press('F5');
    await workbench.page.locator('.debug-toolbar').waitFor();
    await frames('kernel.S').waitFor();
    await workbench.screenshot('90-ported-stopped');
  });

  it('shows what the frames of its tables are used as', async () => {
    const view = await workbench.view('pageTables');
    await view
      .getByText(/table1 × \d/)
      .first()
      .waitFor();
    await workbench.screenshot('91-ported-tables');
    await view.getByLabel(/^Guest-virtual address/).fill('0x80200000');
    await view.getByRole('button', { name: 'Walk', exact: true }).click();
    await view.getByText('by the guest’s own tables, which the hardware walks').first().waitFor();
    await workbench.screenshot('92-ported-walk');
  });

  it('has the shared page among the variables', async () => {
    const scope = workbench.page.locator('.debug-variables .monaco-list-row', { hasText: 'Shared page' }).first();
    const registers = workbench.page.locator('.debug-variables .monaco-list-row', { hasText: 'Registers' }).first();
    await registers.waitFor();
    if ((await registers.getAttribute('aria-expanded')) === 'true') await registers.click();
    await scope.click();
    await workbench.page.locator('.debug-variables .monaco-list-row', { hasText: 'upcall_pending' }).first().waitFor();
    await workbench.screenshot('93-shared-page');
  });

  it('steps into a hypercall, which the VMM narrates', async () => {
    const inVmm = workbench.page.locator('.tab.active', { hasText: '.ts' });
    for (let steps = 0; steps < 60 && (await inVmm.count()) === 0; steps++) await workbench.goOn('F11');
    await inVmm.waitFor();
    await frames(/VM exit #/).waitFor();
    const view = await workbench.view('narration');
    await view
      .getByText(/hypercall|SBI/)
      .first()
      .waitFor();
    await workbench.screenshot('94-hypercall');
  });
});
