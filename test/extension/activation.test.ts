import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import { extension, openFixture } from './support';

/** VS Code starts: waits until the extension host has had nothing to do for a while. */
async function quiet(): Promise<void> {
  for (let onTime = 0; onTime < 20; ) {
    const start = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 20));
    onTime = performance.now() - start < 25 ? onTime + 1 : 0;
  }
}

describe('activation', () => {
  // The figure is for bench/README.md; a test that asserts times fails on a busy machine.
  it('activates, and says how long it took', async () => {
    const found = extension();
    assert.equal(found.isActive, false);
    await quiet();
    const start = performance.now();
    await found.activate();
    const elapsed = performance.now() - start;
    console.log(`      activated in ${elapsed.toFixed(1)} ms`);
    assert.equal(found.isActive, true);
  });

  it('comes with the opening of an assembly file', async () => {
    await openFixture('hello.S');
    assert.equal(extension().isActive, true);
  });

  it('registers every command that it declares, and each has a category', async () => {
    const declared: { command: string; category?: string }[] = extension().packageJSON.contributes.commands;
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      declared.filter(({ command, category }) => !registered.has(command) || category !== 'HyperStep'),
      [],
    );
  });

  it('serves the sources of the VMM read-only', async () => {
    const folder = vscode.Uri.parse('hyperstep-vmm:/simulator/hypervisor');
    const entries = await vscode.workspace.fs.readDirectory(folder);
    const [name] = entries.find(([file, type]) => type === vscode.FileType.File && file.endsWith('.ts')) ?? [];
    assert.ok(name);
    const document = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(folder, name));
    assert.equal(document.languageId, 'typescript');
    assert.equal(vscode.workspace.fs.isWritableFileSystem('hyperstep-vmm'), false);
    const outside = vscode.Uri.parse('hyperstep-vmm:/simulator/../package.json');
    await assert.rejects(Promise.resolve(vscode.workspace.fs.readFile(outside)));
  });
});
