import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { Debugged } from './debugging';
import { eventually, fixture } from './support';

const folder = 'project-test';
const files = {
  'main.S': '#include "size.h"\n.include "macros.inc"\n.globl _start\n_start: twice SIZE\n j .\n',
  'macros.inc': '.macro twice value\n li a0, \\value\n li a1, \\value\n.endm\n',
  'headers/size.h': '#define SIZE 16\n',
  'hyperstep.json': '{ "includePaths": ["headers"] }',
};

describe('a program of several files', () => {
  before(async () => {
    for (const [name, text] of Object.entries(files))
      await vscode.workspace.fs.writeFile(fixture(`${folder}/${name}`), new TextEncoder().encode(text));
  });
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.workspace.fs.delete(fixture(folder), { recursive: true });
  });

  it('makes the files that it includes assembly, when they are open and when they are opened', async () => {
    const macros = fixture(`${folder}/macros.inc`);
    const main = fixture(`${folder}/main.S`);
    const languageOf = (uri: vscode.Uri) =>
      vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString())?.languageId;
    const isAssembly = () => languageOf(macros) === 'riscv-asm' || undefined;
    // As from the explorer: a document that an extension opens stays for minutes after its editor.
    const open = (uri: vscode.Uri) => vscode.commands.executeCommand('vscode.open', uri, { preview: false });
    await open(macros);
    assert.equal(languageOf(macros), 'plaintext');
    await open(main);
    await eventually('assembly in the included file', isAssembly);
    assert.deepEqual(vscode.languages.getDiagnostics(main), []);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await eventually('the included file closed', () => languageOf(macros) === undefined || undefined);
    await open(macros);
    await eventually('assembly in the included file once more', isAssembly);
    assert.deepEqual(vscode.languages.getDiagnostics(macros), []);
  });

  it('is debugged with include paths and disks relative to the workspace folder', async () => {
    const debugged = new Debugged();
    const launched = await debugged.start(vscode.workspace.workspaceFolders?.[0], {
      type: 'hyperstep',
      request: 'launch',
      name: 'relative paths',
      program: `${folder}/main.S`,
      includePaths: [`${folder}/headers`],
      disks: [{ file: 'disk.img' }],
      stopOnEntry: true,
    });
    assert.equal(launched, true);
    const { threadId } = await debugged.stopped();
    const [top] = await debugged.stack(threadId);
    assert.match(top?.source?.path ?? '', /project-test.(main\.S|macros\.inc)$/);
    await debugged.stop();
  });
});
