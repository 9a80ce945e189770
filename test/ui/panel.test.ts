import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, it } from 'mocha';
import { freshWorkspace } from '../../scripts/test-vscode';
import { themes, usedVariables } from '../panel/theme-variables';
import type { FrameLocator } from '../vscode-host/host';
import { Workbench } from './workbench';

const golden = 'test/panel/golden/themes.json';

describe('the machine panel, in the workbench', () => {
  let workbench: Workbench | undefined;

  afterEach(() => workbench?.close());

  it('is opened beside the source, follows the steps, and goes to their lines, in every theme', async () => {
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

    const variables: Record<string, Record<string, string>> = {};
    for (const theme of themes) {
      await chooseTheme(opened, theme);
      variables[theme] = await variablesOf(panel);
      await opened.screenshot(`panel-${theme.replaceAll(' ', '-').toLowerCase()}`);
    }
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden, `${JSON.stringify(variables, null, 1)}\n`);
    assert.deepEqual(variables, JSON.parse(readFileSync(golden, 'utf8')), 'the gallery has the themes’ colours');

    await transition.getByRole('button', { name: /kernel\.S:\d+/ }).click();
    await page.locator('.monaco-editor.focused').waitFor();
  });
});

/** By the list of themes, as a person does. */
async function chooseTheme(workbench: Workbench, theme: string): Promise<void> {
  const { page } = workbench;
  await workbench.run('Preferences: Color Theme');
  const input = page.locator('.quick-input-widget input').first();
  await page.locator('.quick-input-list .monaco-list-row', { hasText: 'Modern' }).first().waitFor();
  const shown = theme.replace(/^Default /, '');
  await input.fill(shown);
  const row = page.locator('.quick-input-list .monaco-list-row', {
    hasText: new RegExp(`^\\s*(Default )?${shown}\\s*$`),
  });
  await row.first().waitFor();
  await row.first().click();
  await page.waitForTimeout(800);
}

/** What VS Code gives to a web page in the present theme, of what the panel uses. */
function variablesOf(panel: FrameLocator): Promise<Record<string, string>> {
  return panel.locator('body').evaluate((body, names) => {
    const style = getComputedStyle(body.ownerDocument.documentElement);
    const pairs = names.map((name): [string, string] => [name, style.getPropertyValue(name).trim()]);
    return Object.fromEntries(pairs.filter(([, value]) => value !== ''));
  }, usedVariables());
}
