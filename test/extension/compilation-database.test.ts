import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { eventually, fixture, openFixture } from './support';

const folder = 'database-test';
const files = {
  // Whether the name is defined, what it stands for, and where the header is, only the command says.
  'source/entry.S':
    '#ifndef STACK_SIZE\n#error without its command\n#endif\n#include <layout.h>\n' +
    '.globl _start\n_start: li sp, STACK_TOP + STACK_SIZE\n j .\n',
  'source/missing.S':
    '#include <layout.h>\n#include <absent.h>\n.globl _start\n_start: li a0, ABSENT\n save_all a0\n j .\n',
  'build/private/layout.h': '#define STACK_TOP 0x80400000\n',
  // A header of the same name without the macro: what is found without the command is the nearest.
  'source/other/layout.h': '#error the header of another program\n',
};

/** The errors in a file as lines, counted from one, and messages. */
const errorsIn = (uri: vscode.Uri): [number, string][] =>
  vscode.languages
    .getDiagnostics(uri)
    .filter(({ severity }) => severity === vscode.DiagnosticSeverity.Error)
    .map(({ range, message }) => [range.start.line + 1, message]);

describe('a workspace with compile_commands.json', () => {
  before(async () => {
    const write = (name: string, text: string) =>
      vscode.workspace.fs.writeFile(fixture(`${folder}/${name}`), new TextEncoder().encode(text));
    for (const [name, text] of Object.entries(files)) await write(name, text);
    const directory = fixture(folder).fsPath;
    const options = ['-march=rv64imac_zicsr', '-Ibuild/private', '-DSTACK_SIZE=4096', '-c'];
    const commands = ['source/entry.S', 'source/missing.S'].map((file) => ({
      directory,
      file,
      arguments: ['riscv64-unknown-elf-gcc', ...options, file],
    }));
    await write('compile_commands.json', JSON.stringify(commands));
  });
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.workspace.fs.delete(fixture(folder), { recursive: true });
  });

  it('has no error in a source whose headers and names only its command states', async () => {
    const { document } = await openFixture(`${folder}/source/entry.S`);
    // Known once the program was assembled with the folders of the command.
    await eventually('the definition of the header', async () => {
      const found = await vscode.commands.executeCommand<(vscode.Location | vscode.LocationLink)[]>(
        'vscode.executeDefinitionProvider',
        document.uri,
        new vscode.Position(5, 16),
      );
      const targets = found.map((target) => ('targetUri' in target ? target.targetUri : target.uri).path);
      return targets.some((path) => path.endsWith('/build/private/layout.h')) || undefined;
    });
    assert.deepEqual(errorsIn(document.uri), []);
  });

  it('has one error in a source that includes what is not there, at the include', async () => {
    const { document } = await openFixture(`${folder}/source/missing.S`);
    await eventually('an error', () => errorsIn(document.uri).length > 0 || undefined);
    assert.deepEqual(errorsIn(document.uri), [[2, "cannot find the included file 'absent.h'"]]);
  });
});
