import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import { openFixture } from './support';

describe('language', () => {
  it('is riscv-asm for .s and .S', async () => {
    for (const file of ['hello.S', 'plain.s']) assert.equal((await openFixture(file)).document.languageId, 'riscv-asm');
  });

  it('takes mnemonics with dots, relocations, directives and local labels as words', async () => {
    const { document } = await vscode.window.showTextDocument(
      await vscode.workspace.openTextDocument({
        language: 'riscv-asm',
        content: 'fence.i\namoadd.w.aq a0, a1, (a2)\nlui a0, %pcrel_hi(x)\n.option norvc\nbnez a0, 1b\n',
      }),
    );
    const wordAt = (line: number, column: number) => {
      const range = document.getWordRangeAtPosition(new vscode.Position(line, column));
      return range && document.getText(range);
    };
    assert.equal(wordAt(0, 6), 'fence.i');
    assert.equal(wordAt(1, 9), 'amoadd.w.aq');
    assert.equal(wordAt(2, 10), '%pcrel_hi');
    assert.equal(wordAt(3, 3), '.option');
    assert.equal(wordAt(4, 10), '1b');
    // Closing alone asks whether to save, and an untitled document that was not saved comes back with the next one.
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });
});
