import assert from 'node:assert/strict';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'mocha';
import { freshWorkspace } from '../../scripts/test-vscode';
import type { FrameLocator, Locator } from '../vscode-host/host';
import { Workbench } from './workbench';

/** One session on the sample as a person has it, with a screenshot of every step. */
describe('debugging, in the workbench', () => {
  let workbench: Workbench;

  before(async () => {
    workbench = await Workbench.open(freshWorkspace(path.resolve('out/test-workspace-ui')));
  });
  after(() => workbench?.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed')
      await workbench.screenshot(`failed-${this.currentTest.title.replaceAll(/\W+/g, '-')}`);
  });

  const frames = (): Locator => workbench.page.locator('.debug-call-stack .monaco-list-row');
  const topLine = (): Locator => workbench.editor.locator('.debug-top-stack-frame-line');

  it('stops at a breakpoint that was set in the margin', async () => {
    await workbench.openFile('kernel.S');
    await workbench.editor.locator('.codelens-decoration').first().waitFor();
    await workbench.goTo('csrw');
    await workbench.clickMargin(/csrw\s+satp/);
    await workbench.editor.locator('.codicon-debug-breakpoint').first().waitFor();
    await workbench.page.keyboard.press('F5');
    await workbench.page.locator('.debug-toolbar').waitFor();
    await topLine().first().waitFor({ state: 'attached' });
    await frames().filter({ hasText: 'kernel.S' }).first().waitFor();
    await workbench.screenshot('3-stopped-in-guest');
  });

  it('offers where a step may lead', async () => {
    await workbench.run('Debug: Step Into Target');
    const target = (text: string): Locator =>
      workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
    await target('into the VMM: csrw satp').waitFor();
    await target('stay here').waitFor();
    await workbench.screenshot('3-step-into-target');
    await workbench.page.keyboard.press('Escape');
  });

  it('shows the views beside the editor, which keeps the keyboard', async () => {
    await workbench.container.locator('.pane-header', { hasText: 'Narration' }).waitFor();
    const view = await workbench.frame('narration');
    await view.locator('.told').first().waitFor();
    const hasKeyboard = await workbench.editor.evaluate((editor) => editor.contains(document.activeElement));
    assert.equal(hasKeyboard, true);
  });

  it('steps into the VMM', async () => {
    await workbench.page.keyboard.press('F11');
    await workbench.page.locator('.tab.active', { hasText: '.ts' }).waitFor();
    await frames()
      .filter({ hasText: /VM exit #/ })
      .first()
      .waitFor();
    await workbench.editor.locator('.view-line', { hasText: 'yield' }).first().waitFor();
    await topLine().first().waitFor({ state: 'attached' });
    await workbench.screenshot('4-stepped-into-vmm');
  });

  it('narrates the exit, and leads from a step to its line', async () => {
    const view = await workbench.frame('narration');
    await view.locator('.title', { hasText: /VM exit #/ }).waitFor();
    await view.locator('.told.present', { hasText: 'Illegal instruction at' }).waitFor();
    for (let steps = 0; steps < 2; steps++) await workbench.page.keyboard.press('F11');
    await view.locator('.told.present', { hasText: /^3/ }).waitFor();
    await workbench.page.locator('.tab.active', { hasText: 'privileged.ts' }).waitFor();
    await workbench.screenshot('4-narration');
    await view.locator('.told').first().click();
    await workbench.page.locator('.tab.active', { hasText: 'hypervisor.ts' }).waitFor();
  });

  it('shows guest and shadow entries in the views', async () => {
    const view = await workbench.view('pageTables');
    await view.getByRole('treeitem').first().waitFor();
    await workbench.screenshot('5-page-tables');
  });

  it('lists the exit and what it changed', async () => {
    const view = await workbench.view('exits');
    await view.getByRole('button', { name: /satp/ }).first().click();
    await workbench.screenshot('6-exits');
  });

  it('steps out of the VMM, back to the guest', async () => {
    // As deep as it stands in the handler's functions.
    const guest = workbench.page.locator('.tab.active', { hasText: 'kernel.S' });
    for (let depth = 0; depth < 6 && (await guest.count()) === 0; depth++) await workbench.goOn('Shift+F11');
    await guest.waitFor();
    await topLine().first().waitFor({ state: 'attached' });
    const view = await workbench.view('narration');
    await view.getByText('over: the guest goes on').waitFor();
    await workbench.screenshot('7-back-in-guest');
  });

  it('shows the chains of the disk’s queue', async () => {
    await workbench.goTo('disk_read_done');
    await workbench.clickMargin(/^disk_read_done:/);
    await workbench.page.keyboard.press('F5');
    const view: FrameLocator = await workbench.view('queues');
    await view
      .getByRole('button', { name: /read sector/ })
      .first()
      .click();
    await workbench.screenshot('8-queues');
  });

  it('leads from an address of a step to the page tables', async () => {
    const narration = await workbench.view('narration');
    await narration.locator('.told button.gva').first().click();
    await narration.getByRole('button', { name: 'Page tables' }).click();
    const tables = await workbench.frame('pageTables');
    await tables.getByRole('region', { name: 'Translation' }).waitFor();
    await workbench.screenshot('8-translated');
  });

  it('runs to the end, with the guest’s console in a terminal', async () => {
    await workbench.page.keyboard.press('F5');
    await workbench.page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
    const terminal = await workbench.page.locator('.terminal-wrapper.active .xterm-rows').first().textContent();
    const narration = await workbench.view('narration');
    await narration.getByRole('region', { name: 'The run has ended' }).getByText('The guest powered off.').waitFor();
    assert.ok((await narration.locator('.told').count()) > 0, 'what was told last is still there');
    await workbench.screenshot('9-end');
    assert.match(terminal?.replaceAll('\u00a0', ' ') ?? '', /Good bye\./);
  });
});

/** The views are shown by themselves once; then they are where the user left them. */
describe('the container of the views, in the workbench', () => {
  let workbench: Workbench;

  before(async () => {
    workbench = await Workbench.open(freshWorkspace(path.resolve('out/test-workspace-ui')));
  });
  after(() => workbench?.close());

  const stop = async (): Promise<void> => {
    await workbench.page.keyboard.press('F5');
    await workbench.page.locator('.debug-toolbar').waitFor();
    await workbench.editor.locator('.debug-top-stack-frame-line').first().waitFor({ state: 'attached' });
  };

  it('is shown at the first stop, and stays closed once it was closed', async () => {
    await workbench.openFile('kernel.S');
    await workbench.editor.locator('.codelens-decoration').first().waitFor();
    await workbench.goTo('csrw');
    await workbench.clickMargin(/csrw\s+satp/);
    await stop();
    const header = workbench.container.locator('.pane-header', { hasText: 'Narration' });
    await header.waitFor();
    await workbench.run('View: Hide Secondary Side Bar');
    await header.waitFor({ state: 'hidden' });
    await workbench.page.keyboard.press('Shift+F5');
    await workbench.page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
    await workbench.page.keyboard.press('Control+1');
    await stop();
    await workbench.page.waitForTimeout(1500);
    assert.equal(await header.isVisible(), false);
  });
});
