import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { eventually } from './support';

const text = [
  '# Saves a register.', // 0
  '.macro push reg', // 1
  '	addi	sp, sp, -8', // 2
  '	sd	\\reg, 0(sp)', // 3
  '.endm', // 4
  '	.globl	_start', // 5
  '_start:', // 6
  '	push	s0', // 7
  '	call	leaf', // 8
  '	csrw	satp, zero', // 9
  'leaf:	ret', // 10
  '', // 11
].join('\n');

describe('language features', () => {
  let document: vscode.TextDocument;
  before(async () => {
    document = await vscode.workspace.openTextDocument({ language: 'riscv-asm', content: text });
    await vscode.window.showTextDocument(document);
  });
  after(() => vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor'));

  it('complete instructions with their operands as places to fill in', async () => {
    const item = await eventually('addi is offered', async () => {
      const list = await vscode.commands.executeCommand<vscode.CompletionList>(
        'vscode.executeCompletionItemProvider',
        document.uri,
        new vscode.Position(11, 0),
      );
      return list.items.find(({ label }) => (typeof label === 'string' ? label : label.label) === 'addi');
    });
    assert.ok(item.insertText instanceof vscode.SnippetString);
    assert.equal(item.insertText.value, 'addi\t${1:rd}, ${2:rs1}, ${3:imm}');
  });

  it('tell in a hover who executes an instruction', async () => {
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      document.uri,
      new vscode.Position(9, 2),
    );
    const shown = hovers.flatMap(({ contents }) =>
      contents.map((part) => (typeof part === 'string' ? part : part.value)),
    );
    assert.match(shown.join('\n'), /`hardware` \| the hart does it, on `vsatp` in its place \|/);
  });

  it('count references in a lens that leads to them, and offer to debug', async () => {
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      document.uri,
      100,
    );
    const titles = lenses.map(({ range, command }) => `${range.start.line} ${command?.title}`);
    assert.ok(titles.includes('10 1 reference'), titles.join());
    assert.ok(titles.includes('6 Debug from here'), titles.join());
    const references = lenses.find(({ command }) => command?.title === '1 reference')!.command!;
    await vscode.commands.executeCommand(references.command, ...references.arguments!);
    await vscode.commands.executeCommand('closeReferenceSearch');
  });

  it('show macro calls in hints, which a setting switches off', async () => {
    const hints = async (): Promise<string[]> => {
      const range = new vscode.Range(0, 0, 11, 0);
      const found = await vscode.commands.executeCommand<vscode.InlayHint[]>(
        'vscode.executeInlayHintProvider',
        document.uri,
        range,
      );
      return found.map(({ label }) => (typeof label === 'string' ? label : label.map(({ value }) => value).join('')));
    };
    assert.ok(
      (await hints()).some((label) => /^→ addi sp, sp, -8; sd s0, 0\(sp\)/.test(label)),
      (await hints()).join(),
    );
    const settings = vscode.workspace.getConfiguration('hyperstep');
    await settings.update('inlayHints.expansions', false, vscode.ConfigurationTarget.Global);
    await eventually(
      'no hint of an expansion',
      async () => !(await hints()).some((label) => label.startsWith('→')) || undefined,
    );
    await settings.update('inlayHints.expansions', undefined, vscode.ConfigurationTarget.Global);
  });

  it('show what a macro call stands for in a document that follows its source', async () => {
    await vscode.commands.executeCommand('hyperstep.showExpansion', document.uri, 7);
    const shown = await eventually('the document', () =>
      vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'hyperstep-expansion'),
    );
    assert.match(shown.getText(), /^# Line 8: push\ts0\n {4}addi\s+sp, ?sp, ?-8\n {4}sd\s+s0, ?0\(sp\)\n$/);
    assert.equal(shown.languageId, 'riscv-asm');
    assert.deepEqual(vscode.languages.getDiagnostics(shown.uri), []);
    const edit = new vscode.WorkspaceEdit();
    edit.replace(document.uri, new vscode.Range(7, 0, 7, 8), '	push	s1');
    await vscode.workspace.applyEdit(edit);
    await eventually('the new register', () => shown.getText().includes('s1') || undefined);
  });

  it('show the listing', async () => {
    await vscode.commands.executeCommand('hyperstep.showListing', document.uri);
    const shown = await eventually('the document', () =>
      vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'hyperstep-listing'),
    );
    assert.match(shown.getText(), /80200000.*push/);
  });
});
