import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { Debugged } from './debugging';
import { RecordedTests } from './recorded-tests';
import { eventually, fixture } from './support';

const source = `#! test "says hello"
#! engines none full
#! expect console "hello\\n"
#! expect a0 == 7 at loop 3
#! test "ends"
        .globl  _start
_start: li      a0, 0
loop:   addi    a0, a0, 1
        li      t0, 5
        bne     a0, t0, loop
        li      a7, 8
        ecall
`;
const endless = '#! limit 9000000000000000\n#! expect exit limit\n.globl _start\n_start: j _start\n';

describe('Tests of guests in the Testing view', () => {
  let tests: RecordedTests;
  const file = fixture('tests-of-suite/hello.s');
  const write = (text: string, uri = file): Thenable<void> =>
    vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));

  before(async () => {
    await write(source);
    await write(endless, vscode.Uri.joinPath(file, '../endless.s'));
    tests = new RecordedTests();
    await tests.refresh();
    await eventually('the items', () => tests.item('hello.s', 'ends', 'none'));
  });
  after(async () => {
    tests.dispose();
    await vscode.workspace.fs.delete(vscode.Uri.joinPath(file, '..'), { recursive: true });
  });

  it('are a file, its tests and their engines, in both forms, at their lines', async () => {
    assert.equal(tests.item('hello.s', 'says hello')?.range?.start.line, 0);
    assert.equal(tests.item('hello.s', 'ends')?.range?.start.line, 4);
    assert.ok(tests.item('hello.s', 'says hello', 'full'));
    assert.equal(tests.item('hello.s', 'says hello', 'hardware'), undefined);
    const greets = await eventually('a test file', () => tests.item('greet.test.json', 'greets who says a name'));
    assert.equal(greets.children.size, 3);
  });

  it('pass: those of the sample, of several files, each with how long it took', async () => {
    const items = ['greet.test.json', 'factorial.S'].map((name) => tests.item(name) ?? assert.fail(name));
    await tests.run(items);
    assert.equal(tests.results.size, 15);
    for (const { outcome, milliseconds } of tests.results.values()) {
      assert.equal(outcome, 'passed');
      assert.ok(milliseconds !== undefined && milliseconds >= 0);
    }
    assert.ok(
      tests.output.some((text) => /^greets who says a name \[full\]: passed \(\d+ instructions\)\r\n$/.test(text)),
    );
    assert.ok(tests.output.some((text) => text.includes('Hello, Ada!\r\n')));
  });

  it('fail with what came where it is expected, a comparison of texts, and where the guest stood', async () => {
    await tests.run([tests.item('hello.s', 'says hello') ?? assert.fail()]);
    const result = tests.resultOf('hello.s', 'says hello', 'full');
    assert.equal(result?.outcome, 'failed');
    const [state, text] = result.messages;
    assert.match(String(state?.message), /a0 == 7 does not hold at loop .*the 3rd time/);
    assert.equal(state?.location?.range.start.line, 3);
    assert.equal(state?.stackTrace?.[0]?.position?.line, 7);
    assert.equal(state?.stackTrace?.[0]?.uri?.path, file.path);
    assert.deepEqual([text?.expectedOutput, text?.actualOutput], ['hello\n', '']);
    // Only what was asked for has been run.
    assert.equal(tests.results.size, 2);
  });

  it('are debugged: up to where the first expectation failed, at its time', async () => {
    const debugged = new Debugged();
    const leaf = tests.item('hello.s', 'says hello', 'full') ?? assert.fail();
    const before = vscode.debug.breakpoints.length;
    const done = tests.run([leaf], vscode.TestRunProfileKind.Debug);
    const { threadId } = await debugged.stopped();
    const [frame] = await debugged.stack(threadId);
    assert.equal(frame?.line, 8);
    const a0 = await vscode.debug.activeDebugSession?.customRequest('evaluate', {
      expression: 'a0',
      frameId: frame?.id,
    });
    assert.match(a0.result, /\b2\b/);
    assert.equal((await debugged.configuration())['virtualization'], 'full');
    await debugged.stop();
    await done;
    assert.equal(vscode.debug.breakpoints.length, before);
  });

  it('are debugged from the first instruction where none has failed, with what they type', async () => {
    const debugged = new Debugged();
    const leaf = tests.item('greet.test.json', 'greets who says a name', 'none') ?? assert.fail();
    const done = tests.run([leaf], vscode.TestRunProfileKind.Debug);
    const { reason, threadId } = await debugged.stopped();
    assert.equal(reason, 'entry');
    await vscode.debug.activeDebugSession?.customRequest('continue', { threadId });
    // Nobody has typed: a guest that waited for a name would never end.
    await debugged.terminated();
    await done;
    await debugged.stop();
  });

  it('are cancelled in the midst of a guest, and what comes after is skipped', async () => {
    const cancelling = new vscode.CancellationTokenSource();
    const { ends } = tests;
    const items = [tests.item('endless.s', 'endless', 'none'), tests.item('factorial.S')].map(
      (item) => item ?? assert.fail(),
    );
    const done = tests.run(items, vscode.TestRunProfileKind.Run, cancelling.token);
    setTimeout(() => cancelling.cancel(), 500);
    await done;
    assert.equal(tests.ends, ends + 1);
    assert.equal(tests.resultOf('endless.s', 'endless', 'none')?.outcome, 'skipped');
  });

  it('follow the file: edited without saving, wrong, changed on disk, gone', async () => {
    const document = await vscode.workspace.openTextDocument(file);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(file, new vscode.Position(0, 0), '#! test "added"\n');
    await vscode.workspace.applyEdit(edit);
    const added = await eventually('the added test', () => tests.item('hello.s', 'added'));
    assert.equal(added.range?.start.line, 0);
    assert.equal(tests.item('hello.s', 'ends')?.range?.start.line, 5);
    const wrong = new vscode.WorkspaceEdit();
    wrong.insert(file, new vscode.Position(1, 0), '#! expect exit soon\n');
    await vscode.workspace.applyEdit(wrong);
    const item = await eventually('an error', () => {
      const found = tests.item('hello.s');
      return found?.error === undefined ? undefined : found;
    });
    assert.match((item.error as vscode.MarkdownString).value, /Line 2.*exit/s);
    await tests.run([item]);
    assert.equal(tests.results.get(item.id)?.outcome, 'errored');
    await document.save();
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    await vscode.workspace.fs.delete(file);
    await eventually('no item', () => (tests.item('hello.s') ? undefined : true));
    await write(source);
    await eventually('the item again', () => tests.item('hello.s', 'ends'));
  });
});
