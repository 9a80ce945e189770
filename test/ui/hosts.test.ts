import assert from 'node:assert/strict';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'mocha';
import { freshWorkspace } from '../../scripts/test-vscode';
import type { Locator } from '../vscode-host/host';
import { Workbench } from './workbench';

/** A session on the sample's host of three virtual machines, with a screenshot of every step. */
describe('several virtual machines, in the workbench', () => {
  let workbench: Workbench;

  before(async () => {
    workbench = await Workbench.open(freshWorkspace(path.resolve('out/test-workspace-hosts')));
  });
  after(() => workbench?.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed')
      await workbench.screenshot(`failed-${this.currentTest.title.replaceAll(/\W+/g, '-')}`);
  });

  const callStack = (text: string | RegExp): Locator =>
    workbench.page.locator('.debug-call-stack .monaco-list-row', { hasText: text }).first();

  it('runs the scenario in the editor by F5, and stops where one is killed and where one comes to a breakpoint', async () => {
    await workbench.page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'hosts' }).first().click();
    await workbench.openFile('compute.S');
    await workbench.editor.locator('.codelens-decoration').first().waitFor();
    await workbench.clickMargin(/la\s+t1,\s+text/);
    await workbench.editor.locator('.codicon-debug-breakpoint').first().waitFor();
    await workbench.openFile('neighbours.hyperstep.json');
    await workbench.editor.locator('.view-line', { hasText: 'one computes' }).first().waitFor();
    await workbench.screenshot('30-scenario');
    await workbench.page.keyboard.press('F5');
    await workbench.page.locator('.debug-toolbar').waitFor();
    // The one that crashes does so at once, and is started again: each crash is a stop.
    await workbench.page.locator('.tab.active', { hasText: 'kill.ts' }).waitFor();
    await workbench.run('View: Show Run and Debug');
    for (const vm of ['echo', 'compute', 'crash']) await callStack(`${vm} vCPU 0`).waitFor();
    await workbench.screenshot('31-killed');
    const inGuest = workbench.page.locator('.tab.active', { hasText: 'compute.S' });
    for (let stops = 0; stops < 8 && (await inGuest.count()) === 0; stops++) await workbench.goOn('F5');
    await inGuest.waitFor();
    await workbench.screenshot('32-threads');
  });

  it('shows what each has had of the host', async () => {
    const view = await workbench.view('vms');
    for (const vm of ['echo', 'compute', 'crash']) await view.locator('.title', { hasText: vm }).first().waitFor();
    const row = (name: string): Locator => view.locator(`[data-item="${name}"]`);
    for (const vm of ['echo', 'compute', 'crash']) assert.equal(await row(vm).getByRole('img').count(), 2);
    await row('compute').locator('.title').click();
    await row('compute vCPU 0')
      .getByText(/on hart 0|ready/)
      .waitFor();
    await workbench.screenshot('33-virtual-machines');
  });

  it('pauses one by the button in its row, and lets it go on', async () => {
    const view = await workbench.view('vms');
    const row = view.locator('[data-item="echo"]');
    const button = (name: string): Locator => row.getByRole('button', { name: `${name} echo`, exact: true });
    assert.equal(await button('Unpause').getAttribute('title'), 'echo is not paused');
    await button('Pause').click();
    await row.getByText('waiting: paused').waitFor();
    assert.equal(await button('Pause').getAttribute('title'), 'echo is paused already');
    await workbench.screenshot('33-paused');
    await button('Unpause').click();
    await row.getByText('waiting: paused').waitFor({ state: 'detached' });
  });

  it('steps from the guest into the VMM, on its own virtual CPU', async () => {
    const inVmm = workbench.page.locator('.tab.active', { hasText: '.ts' });
    for (let steps = 0; steps < 8 && (await inVmm.count()) === 0; steps++) await workbench.goOn('F11');
    await inVmm.waitFor();
    await callStack(/VM exit #/).waitFor();
    await workbench.screenshot('34-exit-of-one');
    assert.equal(await callStack('compute vCPU 0').count(), 1);
  });

  it('steps across a world switch, and its stack and views say whose each part is', async () => {
    const label = callStack(/world switch: left \w+ vCPU 0, entered/);
    for (const pane of ['Variables', 'Watch', 'Breakpoints'])
      await workbench.page.locator('.pane-header.expanded', { hasText: pane }).first().click();
    for (let steps = 0; steps < 40 && (await label.count()) === 0; steps++) {
      // A handler that leaves nobody, and then the next one.
      const isOver = (await workbench.page.locator('.tab.active', { hasText: '.ts' }).count()) === 0;
      await workbench.goOn(isOver ? 'F5' : 'F11');
    }
    await label.waitFor();
    await callStack(/goes on here/).waitFor();
    await workbench.screenshot('35-world-switch');
    const view = await workbench.view('narration');
    const [whose] = (await callStack(/goes on here/).innerText()).split(' goes on');
    await view
      .locator('.whose', { hasText: (whose ?? '').trim() })
      .first()
      .waitFor();
    await workbench.screenshot('36-world-switch-narrated');
  });

  it('destroys one, and the others go on', async () => {
    await workbench.run('Pause, Reboot or Destroy Virtual Machine...');
    const item = (text: string): Locator =>
      workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
    await item('echo').click();
    await item('Destroy').click();
    const view = await workbench.view('vms');
    await view.getByText('ended: was killed: somebody has destroyed it').first().waitFor();
    await workbench.screenshot('37-destroyed');
  });
});
