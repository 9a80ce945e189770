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
    await workbench.page.keyboard.press('Shift+F11');
    await workbench.page.locator('.tab.active', { hasText: 'kernel.S' }).waitFor();
    await topLine().first().waitFor({ state: 'attached' });
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

  it('runs to the end, with the guest’s console in a terminal', async () => {
    await workbench.page.keyboard.press('F5');
    await workbench.page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
    const terminal = await workbench.page.locator('.terminal-wrapper.active .xterm-rows').first().textContent();
    await workbench.screenshot('9-end');
    assert.match(terminal?.replaceAll('\u00a0', ' ') ?? '', /Good bye\./);
  });
});
