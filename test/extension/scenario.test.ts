import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { eventually, fixture } from './support';

const file = 'two.hyperstep.json';
const text = `{
  // Two of them.
  "links": [],
  "hosts": { "h": { "vms": { "a": { "program": "hello.S", "knid": 1 }, "b": { "engine": "emulation" } } } },
}
`;

describe('a scenario in the editor', () => {
  before(() => vscode.workspace.fs.writeFile(fixture(file), new TextEncoder().encode(text)));
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.workspace.fs.delete(fixture(file));
  });

  it('is JSON with comments, checked by its schema', async () => {
    const { document } = await vscode.window.showTextDocument(fixture(file));
    assert.equal(document.languageId, 'jsonc');
    const found = await eventually('problems of the scenario', () => {
      const diagnostics = vscode.languages.getDiagnostics(document.uri);
      return diagnostics.length > 0 ? diagnostics : undefined;
    });
    const said = found.map(({ message, range }) => `${document.getText(range)}: ${message}`);
    assert.ok(said.includes('[]: This is not built yet.'), said.join('\n'));
    assert.ok(
      said.some((each) => each.startsWith('"knid": ')),
      said.join('\n'),
    );
    assert.ok(
      said.some((each) => each.startsWith('"emulation": ')),
      said.join('\n'),
    );
    // A comment and a trailing comma are no mistakes.
    assert.equal(found.length, 3, said.join('\n'));
  });

  it('is completed and explained', async () => {
    const { document } = await vscode.window.showTextDocument(fixture(file));
    const inside = document.positionAt(document.getText().indexOf('"engine"'));
    const list = await vscode.commands.executeCommand<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      document.uri,
      inside,
    );
    const labels = list.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
    assert.ok(labels.includes('weight') && labels.includes('memoryLimit'), labels.join(' '));
    assert.ok(!labels.includes('nics'), labels.join(' '));
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      document.uri,
      inside.translate(0, 2),
    );
    const contents = hovers
      .flatMap((hover) => hover.contents)
      .map((each) => (typeof each === 'string' ? each : each.value));
    assert.ok(
      contents.some((each) => each.includes('How the guest is virtualized.')),
      contents.join('\n'),
    );
  });
});
