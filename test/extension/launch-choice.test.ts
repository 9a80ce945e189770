import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { Debugged } from './debugging';
import { fixture, openFixture } from './support';

const launches = [
  { type: 'other', request: 'launch', name: 'another debugger’s', program: '${file}' },
  { type: 'hyperstep', request: 'launch', name: 'the kernel', program: '${workspaceFolder}/kernel.S', harts: 2 },
  { type: 'hyperstep', request: 'launch', name: 'the kernel on three', program: 'kernel.S', harts: 3 },
  { type: 'hyperstep', request: 'launch', name: 'the hello', program: ['hello.S'], harts: 4 },
];
const anyFile = { type: 'hyperstep', request: 'launch', name: 'any file', program: '${file}', harts: 5 };
const built = { type: 'hyperstep', request: 'launch', name: 'the image', program: 'out/kernel.elf', harts: 6 };

/** What “Debug Guest” starts, by the number of harts. */
describe('Debug Guest', () => {
  const configure = (configurations: object[] | undefined) =>
    vscode.workspace
      .getConfiguration('launch', fixture('.'))
      .update('configurations', configurations, vscode.ConfigurationTarget.WorkspaceFolder);
  let started: vscode.DebugConfiguration | undefined;
  let subscription: vscode.Disposable;

  before(() => {
    // What is started, once all is filled in; it does not get to run.
    subscription = vscode.debug.registerDebugConfigurationProvider('hyperstep', {
      resolveDebugConfiguration: (_, config) => {
        started = config;
        return undefined;
      },
    });
  });
  afterEach(async () => {
    started = undefined;
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });
  after(async () => {
    subscription.dispose();
    await configure(undefined);
    await vscode.workspace.fs.delete(fixture('.vscode'), { recursive: true });
  });

  async function debugged(name: string, configurations: object[]): Promise<vscode.DebugConfiguration | undefined> {
    await configure(configurations);
    await openFixture(name);
    await vscode.commands.executeCommand('hyperstep.debugFile');
    return started;
  }

  it('takes the first launch configuration that names the file', async () => {
    assert.equal((await debugged('kernel.S', launches))?.['harts'], 2);
  });

  it('takes it for every file that is linked with the named one', async () => {
    assert.equal((await debugged('trap.S', launches))?.['harts'], 2);
  });

  it('takes another file’s own, and one for any file where none names it', async () => {
    assert.equal((await debugged('hello.S', [...launches, anyFile]))?.['harts'], 4);
    const config = await debugged('plain.s', [...launches, anyFile]);
    assert.equal(config?.['harts'], 5);
    assert.equal(vscode.Uri.file(config?.['program'] ?? '').path, fixture('plain.s').path);
  });

  it('takes that of a program built elsewhere when no other is there', async () => {
    assert.equal((await debugged('plain.s', [built]))?.['harts'], 6);
    assert.equal((await debugged('plain.s', [built, anyFile]))?.['harts'], 5);
  });

  it('starts the file itself when no configuration is for it', async () => {
    const config = await debugged('plain.s', launches);
    assert.equal(config?.['harts'], undefined);
    assert.match(config?.['program'] ?? '', /plain\.s$/);
  });

  it('takes the one that was started last', async () => {
    await configure(launches);
    subscription.dispose();
    const session = new Debugged();
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    assert.ok(folder);
    await session.start(folder, 'the kernel on three');
    await session.stop();
    await openFixture('kernel.S');
    const again = new Debugged();
    await vscode.commands.executeCommand('hyperstep.debugFile');
    assert.equal((await again.configuration())['name'], 'the kernel on three');
    await again.stop();
  });
});
