import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'mocha';
import { freshWorkspace } from '../../scripts/test-vscode';
import type { Locator } from '../vscode-host/host';
import { Workbench } from './workbench';

const workspace = path.resolve('out/test-workspace-labs');
const folder = path.join(workspace, 'kill-or-emulate');

/** A lab from its start to a question that is answered, by keyboard but for the rows of the view, with a screenshot of every step. */
describe('labs, in the workbench', () => {
  let workbench: Workbench;

  before(async () => {
    workbench = await Workbench.open(freshWorkspace(workspace));
  });
  after(() => workbench?.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed')
      await workbench.screenshot(`failed-${this.currentTest.title.replaceAll(/\W+/g, '-')}`);
  });

  const row = (text: string | RegExp): Locator =>
    workbench.container.locator('.monaco-list-row', { hasText: text }).first();
  const item = (text: string | RegExp): Locator =>
    workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
  const input = (): Locator => workbench.page.locator('.quick-input-widget input').first();
  const toast = (text: string | RegExp): Locator =>
    workbench.page.locator('.notification-toast', { hasText: text }).first();

  it('are in order in their view, and say that none is open', async () => {
    await workbench.run('HyperStep: Focus on Labs View');
    await row('Kill or emulate').waitFor();
    await row('not started').waitFor();
    await workbench.container.getByText('No lab is open here').first().waitFor();
    await workbench.screenshot('70-labs');
  });

  it('are started in a folder of the student’s, with their text beside', async () => {
    await workbench.run('HyperStep: Lab: Start...');
    if (await appears(item('Kill or emulate'))) await item('Kill or emulate').click();
    await item('in this workspace').click();
    for (const pane of ['Narration', 'Page Tables'])
      await workbench.container
        .locator('.pane-header', { hasText: pane })
        .first()
        .click({ position: { x: 60, y: 8 } });
    await row('not begun yet').waitFor();
    await workbench.page.locator('.tab', { hasText: 'Preview README.md' }).first().waitFor();
    assert.ok(existsSync(path.join(folder, 'answers.json')));
    await workbench.screenshot('71-lab-started');
  });

  it('are opened as a folder, where their text is shown by itself', async () => {
    const opened = workbench.page.context().waitForEvent('page');
    await toast('launch configurations').getByText('Open Folder', { exact: true }).click();
    const window = await opened;
    await window.locator('.tab', { hasText: 'Preview README.md' }).first().waitFor();
    await window.close();
  });

  it('unfold a hint, which is counted in the student’s files', async () => {
    await row('Who handles the legal one').click();
    await workbench.page.locator('.tab', { hasText: 'Who handles the legal one' }).first().waitFor();
    await workbench.run('HyperStep: Lab: Show the Next Hint');
    await item('Who handles the legal one').click();
    await toast('Hint 1 of 2').waitFor();
    await row('Set a breakpoint at').waitFor();
    assert.deepEqual(JSON.parse(readFileSync(path.join(folder, 'answers.json'), 'utf8')).hints, { 'legal-by': 1 });
    await workbench.screenshot('72-lab-hint');
  });

  it('check an answer: help for a wrong one, and the point for the right one', async () => {
    for (const [answer, told] of [
      ['guest', /0 of 1 point/],
      ['vmm', /1 of 1 point/],
    ] as const) {
      await workbench.run('HyperStep: Lab: Answer a Question');
      await item('Who handles the legal one').click();
      await input().fill(answer);
      await workbench.page.keyboard.press('Enter');
      await toast(told).waitFor();
      await workbench.screenshot(`73-lab-answer-${answer}`);
    }
    await row(/Kill or emulate.*1 of \d+/).waitFor();
  });

  it('check all of it, and keep what came in the student’s files', async () => {
    await workbench.run('HyperStep: Lab: Check');
    await toast(/Kill or emulate: \d+ of \d+ points/).waitFor();
    await workbench.screenshot('74-lab-checked');
    const kept = JSON.parse(readFileSync(path.join(folder, '.hyperstep/lab-result.json'), 'utf8'));
    assert.ok(kept.result.points >= 1 && kept.result.points < kept.result.of);
  });

  it('have their tasks in the Testing view, where running one checks it', async () => {
    await workbench.run('Testing: Focus on Test Explorer View');
    const task = workbench.page
      .locator('.test-explorer .monaco-list-row', { hasText: 'Who handles the legal one' })
      .first();
    const ofLab = workbench.page.locator('.test-explorer .monaco-list-row', { hasText: 'Kill or emulate' }).first();
    await ofLab.click();
    await workbench.page.keyboard.press('ArrowRight');
    await task.waitFor();
    // What a row tells when the mouse is on it covers others.
    await workbench.page.mouse.move(700, 400);
    await workbench.page.waitForTimeout(2000);
    await workbench.chooseInMenu('Run Test');
    await task.locator('.codicon-testing-passed-icon').first().waitFor();
    await workbench.screenshot('76-lab-tests');
  });

  it('lead the debugger to where a question is asked', async () => {
    await workbench.run('HyperStep: Lab: Solve in the Debugger');
    await item('Who handles the legal one').click();
    await workbench.page.locator('.debug-toolbar').waitFor();
    await workbench.page.locator('.debug-top-stack-frame-column').first().waitFor();
    await workbench.run('View: Show Run and Debug');
    await workbench.page.locator('.debug-call-stack .monaco-list-row', { hasText: 'after_legal' }).first().waitFor();
    await workbench.screenshot('75-lab-debugged');
    await workbench.page.keyboard.press('Shift+F5');
    await workbench.page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
  });

  it('begin anew when that is confirmed, and keep what was there', async () => {
    writeFileSync(path.join(folder, 'own.txt'), 'mine');
    await workbench.run('HyperStep: Lab: Reset...');
    await workbench.page.locator('.monaco-dialog-box').getByText('Reset', { exact: true }).click();
    await toast('The lab begins anew').waitFor();
    await row(/Kill or emulate.*not begun yet/).waitFor();
    const kept = JSON.parse(readFileSync(path.join(folder, '.hyperstep/kept-1/answers.json'), 'utf8'));
    assert.equal(kept.answers['legal-by'], 'vmm');
    assert.equal(JSON.parse(readFileSync(path.join(folder, 'answers.json'), 'utf8')).answers['legal-by'], '');
    assert.equal(readFileSync(path.join(folder, 'own.txt'), 'utf8'), 'mine');
  });
});

function appears(locator: Locator): Promise<boolean> {
  return locator.waitFor({ timeout: 3000 }).then(
    () => true,
    () => false,
  );
}
