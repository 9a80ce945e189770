import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'mocha';
import type { Locator } from '../vscode-host/host';
import { Workbench } from './workbench';

/** A student's way from an empty window, by the walkthrough, into the VMM and back. */
describe('the first steps', () => {
  let workbench: Workbench;

  before(async () => {
    workbench = await Workbench.open();
  });
  after(() => workbench?.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed')
      await workbench.screenshot(`failed-${this.currentTest.title.replaceAll(/\W+/g, '-')}`);
  });

  const topLine = (): Locator => workbench.editor.locator('.debug-top-stack-frame-line');
  const step = (title: string): Locator => workbench.page.locator('.getting-started-step', { hasText: title }).first();

  async function openWalkthrough(): Promise<void> {
    await workbench.run('Welcome: Open Walkthrough...');
    await workbench.page.keyboard.type('Step into a hypervisor');
    await workbench.page.keyboard.press('Enter');
    await step('Read the sample guest').waitFor();
  }

  it('open the sample at its kernel', async () => {
    await openWalkthrough();
    await step('Read the sample guest').click();
    await workbench.page.getByRole('button', { name: 'Open Sample' }).first().click();
    await workbench.page.locator('.tab.active', { hasText: 'kernel.S' }).waitFor();
    await workbench.screenshot('20-sample-opened');
  });

  it('stop at csrw satp', async () => {
    await openWalkthrough();
    await step('Stop where a guest').click();
    await workbench.page.getByRole('button', { name: 'Debug the Sample' }).first().click();
    await topLine().first().waitFor({ state: 'attached' });
    await workbench.editor
      .locator('.view-line', { hasText: /csrw\s+satp/ })
      .first()
      .waitFor();
    await workbench.screenshot('21-stopped-at-satp');
  });

  it('step into the VMM, and back', async () => {
    await workbench.page.keyboard.press('F11');
    await workbench.page.locator('.tab.active', { hasText: '.ts' }).waitFor();
    // Coloured as TypeScript is: the keyword has a class of its own.
    await workbench.editor
      .locator('.view-line span[class^="mtk"]', { hasText: /^yield$/ })
      .first()
      .waitFor();
    await workbench.screenshot('22-in-the-vmm');
    // A step is given the time that a busy machine takes for it: the next press would lead on into the next exit.
    const guest = workbench.page.locator('.tab.active', { hasText: 'kernel.S' });
    for (let steps = 0; steps < 20; steps++) {
      await workbench.page.keyboard.press('F11');
      const isBack = await guest.waitFor({ timeout: 1500 }).then(
        () => true,
        () => false,
      );
      if (isBack) break;
    }
    await guest.waitFor();
  });

  it('open the VMM’s sources without a word about TypeScript', async () => {
    const toasts = await workbench.page.locator('.notification-toast').allInnerTexts();
    assert.deepEqual(
      toasts.filter((text) => /tsserver|TypeScript/i.test(text)),
      [],
    );
  });

  it('are ticked in the walkthrough', async () => {
    await openWalkthrough();
    for (const title of ['Stop where a guest', 'Step into the VMM', 'Read the sample guest'])
      await step(title).locator('.codicon-getting-started-step-checked.complete, .complete').first().waitFor();
    await workbench.screenshot('23-walkthrough-ticked');
  });

  it('are undone by a reset of the sample', async () => {
    await workbench.page.keyboard.press('Shift+F5');
    await workbench.page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
    await workbench.run('HyperStep: Open Sample');
    await workbench.page.locator('.tab.active', { hasText: 'kernel.S' }).waitFor();
    await workbench.page.keyboard.press('Control+Home');
    await workbench.page.keyboard.type('# mine');
    await workbench.run('HyperStep: Reset Sample');
    const dialog = workbench.page.locator('.monaco-dialog-box');
    await dialog.getByText('kernel.S').waitFor();
    await workbench.screenshot('24-reset-sample');
    await dialog.getByRole('button', { name: 'Reset' }).click();
    await workbench.editor.locator('.view-line', { hasText: '# mine' }).waitFor({ state: 'detached' });
    await workbench.run('HyperStep: Reset Sample');
    await workbench.page.getByText('The sample guest is as it came.').first().waitFor();
  });
});
