import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import { eventually, extension } from './support';

describe('activation', () => {
  it('comes with a folder that has a project file', async () => {
    assert.ok((await vscode.workspace.findFiles('hyperstep.json')).length > 0);
    await eventually('the extension at work', () => extension().isActive || undefined);
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
    assert.equal(document.languageId, 'hyperstep-vmm');
    assert.equal(vscode.workspace.fs.isWritableFileSystem('hyperstep-vmm'), false);
    const outside = vscode.Uri.parse('hyperstep-vmm:/simulator/../package.json');
    await assert.rejects(Promise.resolve(vscode.workspace.fs.readFile(outside)));
  });
});
