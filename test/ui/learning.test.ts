import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'mocha';
import { freshWorkspace } from '../../scripts/test-vscode';
import type { Locator } from '../vscode-host/host';
import { Workbench } from './workbench';

const wrong = `#! test "says hello"
#! expect console "hello\\n"
#! expect a0 == 7 at done
        .globl  _start
_start: li      a0, 5
done:   li      a7, 8
        ecall
`;

/** Tests of guests in the Testing view, and a step that is predicted, with a screenshot of every step. */
describe('tests and predictions, in the workbench', () => {
  let workbench: Workbench;

  before(async () => {
    const workspace = freshWorkspace(path.resolve('out/test-workspace-learning'));
    mkdirSync(path.join(workspace, 'wrong'), { recursive: true });
    writeFileSync(path.join(workspace, 'wrong', 'greeting.s'), wrong);
    workbench = await Workbench.open(workspace);
  });
  after(() => workbench?.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed')
      await workbench.screenshot(`failed-${this.currentTest.title.replaceAll(/\W+/g, '-')}`);
  });

  const row = (text: string | RegExp): Locator =>
    workbench.page.locator('.test-explorer .monaco-list-row', { hasText: text }).first();
  const item = (text: string | RegExp): Locator =>
    workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();

  it('shows a sign beside each test of the editor, and the tests of the workspace in the Testing view', async () => {
    await workbench.page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'wrong' }).first().click();
    await workbench.openFile('greeting.s');
    await workbench.editor.locator('.testing-run-glyph').first().waitFor();
    await workbench.run('Testing: Focus on Test Explorer View');
    for (const name of ['factorial.S', 'greet.test.json', 'greeting.s']) await row(name).waitFor();
    await workbench.screenshot('60-tests');
  });

  it('runs them by keyboard, and shows what was not as expected', async () => {
    await workbench.run('Test: Run All Tests');
    await workbench.page
      .locator('.test-explorer .testing-failed-icon, .test-explorer .codicon-testing-failed-icon')
      .first()
      .waitFor();
    await workbench.page.locator('.test-explorer .codicon-testing-passed-icon').first().waitFor();
    await workbench.page.locator('.test-error-content-widget', { hasText: 'a0 == 7' }).first().waitFor();
    await workbench.screenshot('61-failed');
  });

  it('predicts a step into the VMM, and shows what came', async () => {
    await workbench.run('View: Show Explorer');
    await workbench.openFile('kernel.S');
    await workbench.editor.locator('.codelens-decoration').first().waitFor();
    await workbench.goTo('csrw    satp');
    await workbench.clickMargin(/csrw\s+satp/);
    await workbench.page.keyboard.press('F5');
    await workbench.page.locator('.debug-toolbar').waitFor();
    await workbench.page.locator('.debug-top-stack-frame-column').first().waitFor();
    await workbench.run('HyperStep: Predict the Next Step');
    const input = workbench.page.locator('.quick-input-widget input').first();
    const title = workbench.page.locator('.quick-input-title');
    await title.getByText(/\(1 of \d\)/).waitFor();
    await input.fill('pc + 4');
    await workbench.screenshot('62-predict-pc');
    await workbench.page.keyboard.press('Enter');
    await item('S-mode').waitFor();
    await item('S-mode').click();
    await item('Illegal instruction').click();
    await item('The VMM').waitFor();
    await workbench.screenshot('63-predict-handler');
    // The one that hands nothing on.
    await item(/^The VMM$/).click();
    const notification = workbench.page.locator('.notification-toast', { hasText: 'right' }).first();
    await notification.getByText('All 4 right').waitFor();
    await workbench.screenshot('64-predicted');
    await notification.getByText('Show List').click();
    // What stands in it, this workbench does not show: it has no native logger. The unit tests look at the lines.
    await workbench.page.locator('.panel', { hasText: 'HyperStep Predictions' }).first().waitFor();
    await workbench.screenshot('65-predictions');
  });

  it('compares what a guest costs under each way to virtualize', async () => {
    await workbench.page.keyboard.press('Shift+F5');
    await workbench.page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
    await workbench.run('View: Show Explorer');
    await workbench.page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'measures' }).first().click();
    await workbench.openFile('interrupt.S');
    await workbench.run('HyperStep: Compare Ways to Virtualize');
    await workbench.page.locator('.tab', { hasText: 'interrupt.S compared' }).first().waitFor();
    const page = workbench.page.frameLocator('iframe.webview.ready').last().frameLocator('iframe#active-frame');
    await page.getByText('500 operations').waitFor();
    await workbench.screenshot('66-compared');
  });
});
