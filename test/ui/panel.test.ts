import assert from 'node:assert/strict';
import path from 'node:path';
import { afterEach, describe, it } from 'mocha';
import { freshWorkspace } from '../../scripts/test-vscode';
import { Workbench } from './workbench';

describe('the machine panel, in the workbench', () => {
  let workbench: Workbench | undefined;

  afterEach(() => workbench?.close());

  it('is opened beside the source, follows the steps, answers each page’s question, and goes to source lines', async () => {
    const opened = await Workbench.open(freshWorkspace(path.resolve('out/test-workspace-ui')));
    workbench = opened;
    const { page } = opened;
    await opened.openFile('kernel.S');
    await opened.editor.locator('.codelens-decoration').first().waitFor();
    await opened.goTo('csrw');
    await opened.clickMargin(/csrw\s+satp/);
    await page.keyboard.press('F5');
    await page.locator('.debug-toolbar').waitFor();
    const narration = await opened.frame('narration');
    await narration.locator('#view > :is(p, header)').first().waitFor();
    await opened.run('HyperStep: Open Machine Panel');
    const panel = await opened.frame('panel');
    await panel.getByRole('tab', { name: 'Rings' }).waitFor();
    const cpus = panel.getByRole('table', { name: 'CPUs', exact: true });
    await cpus.getByText('U', { exact: true }).waitFor();

    // Into the hypervisor: the same CPU is in HS-mode now, and still believes to be in S-mode.
    await page.keyboard.press('Control+1');
    await page.keyboard.press('F11');
    await cpus.getByText('HS', { exact: true }).waitFor();
    assert.match(await cpus.innerText(), /vCPU 0\s+changed\s+HS\s+S\s+0\s+running/);
    const transition = panel.getByRole('region', { name: 'The last change of mode of hart 0' });
    assert.match(await transition.innerText(), /U\s*→[\s\S]*HS[\s\S]*Trap: Illegal instruction[\s\S]*csrw satp, t0/);
    await panel.getByRole('status').getByText('trap from U to HS: Illegal instruction').waitFor({ state: 'attached' });

    await opened.screenshot('panel-rings');
    // Every page has an answer here, by keyboard.
    await panel.getByRole('tab', { name: 'Rings' }).focus();
    await page.keyboard.press('ArrowRight');
    await panel.getByText('A fetch at').first().waitFor();
    await opened.screenshot('panel-address-spaces');
    await page.keyboard.press('ArrowRight');
    const bytes = panel.getByRole('table', { name: 'Bytes', exact: true });
    await bytes.getByRole('row').nth(32).waitFor();
    await panel.getByLabel('A part of the symbol’s name').fill('root_table');
    await page.keyboard.press('Enter');
    await panel.getByRole('table', { name: 'Symbols' }).getByRole('button', { name: 'root_table' }).click();
    await bytes.getByRole('button', { name: 'root_table' }).waitFor();
    await opened.screenshot('panel-memory');
    await panel.getByRole('tab', { name: 'Memory' }).focus();
    await page.keyboard.press('ArrowRight');
    await panel.getByText('has no control structure').waitFor();
    await opened.screenshot('panel-control-state');
    await page.keyboard.press('ArrowRight');
    await panel.getByRole('table', { name: 'Exits by reason' }).getByText('privileged-instruction').waitFor();
    await panel.locator('.series canvas').waitFor();
    const kept = panel.getByRole('region', { name: 'Beside another run' });
    await kept.getByRole('button', { name: 'Keep this run to compare' }).click();
    await kept.getByText('kernel.S, virtualization full. Kept at a stop').waitFor();
    assert.match(
      await kept.getByRole('table', { name: 'Two runs', exact: true }).innerText(),
      /instructions retired\s.*\ssame/,
    );
    await opened.screenshot('panel-exits');
    await panel.getByRole('tab', { name: 'Exits' }).focus();
    await page.keyboard.press('ArrowRight');
    await panel.locator('canvas.timeline').waitFor();
    await panel.getByRole('table', { name: 'Exits of this part' }).getByText('sbi-call').first().waitFor();
    await opened.screenshot('panel-timeline');
    await page.keyboard.press('ArrowRight');
    await panel.getByRole('heading', { name: 'who owns each buffer now?' }).waitFor();
    await opened.screenshot('panel-device-queues');
    await page.keyboard.press('Home');
    await transition.getByRole('button', { name: /kernel\.S:\d+/ }).click();
    await page.locator('.monaco-editor.focused').waitFor();
  });
});
