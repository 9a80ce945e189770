import * as vscode from 'vscode';
import { readLink } from '../../extension/moments/link';
import { Debugged, inVmm, lineOf } from './debugging';
import { eventually, extension, fixture, openFixture } from './support';

const file = 'here.hyperstep-moment.json';

/** Stops at the sample's `csrw satp` and one step further, in the VMM, does something there, and ends the session. */
async function stopInVmm(then: (stack: string) => Promise<void>): Promise<void> {
  const { document } = await openFixture('kernel.S');
  const line = lineOf(document, /^\s*csrw\s+satp,/);
  const location = new vscode.Location(document.uri, new vscode.Position(line - 1, 0));
  vscode.debug.addBreakpoints([new vscode.SourceBreakpoint(location)]);
  const debugged = new Debugged();
  try {
    await vscode.commands.executeCommand('hyperstep.debugFile', document.uri);
    const { threadId } = await debugged.stopped();
    // By VS Code's own command: what is in focus is what the extension is asked about.
    const before = await debugged.inFocus();
    await vscode.commands.executeCommand('workbench.action.debug.stepInto');
    await debugged.stopped();
    await debugged.inFocus(before);
    const stack = await debugged.stack(threadId);
    if (!inVmm(stack[0])) throw new Error(`on top: ${stack[0]?.source?.path}`);
    await then(inWords(stack));
  } finally {
    await debugged.stop();
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
  }
}

function inWords(stack: Awaited<ReturnType<Debugged['stack']>>): string {
  return stack.map(({ name, line }) => `${name}:${line}`).join('\n');
}

/** Where somebody has saved a moment, F5 on its file leads to: the same frames, in VMM and guest. */
export async function goesBackToMoment(): Promise<void> {
  let there = '';
  await stopInVmm(async (stack) => {
    there = stack;
    // The extension hears of a stop some time after whoever listens to the adapter.
    await eventually('the file of the moment', async () => {
      await vscode.commands.executeCommand('hyperstep.saveMoment', fixture(file));
      return vscode.workspace.fs.stat(fixture(file)).then(
        () => true,
        () => undefined,
      );
    });
  });
  const { document } = await openFixture(file);
  if (document.languageId !== 'jsonc') throw new Error(document.languageId);
  const debugged = new Debugged();
  try {
    await vscode.commands.executeCommand('hyperstep.debugFile', document.uri);
    const { threadId } = await debugged.stopped();
    await debugged.inFocus();
    const here = inWords(await debugged.stack(threadId));
    if (here !== there) throw new Error(`${here}\ninstead of\n${there}`);
  } finally {
    await debugged.stop();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.workspace.fs.delete(fixture(file));
  }
}

/** The link says the guest by a path of the folder, and what is needed to come to the moment. */
export async function copiesLink(): Promise<void> {
  await stopInVmm(async () => {
    await vscode.env.clipboard.writeText('');
    const text = await eventually('the link', async () => {
      await vscode.commands.executeCommand('hyperstep.copyMomentLink');
      return (await vscode.env.clipboard.readText()) || undefined;
    });
    const link = readLink(vscode.Uri.parse(text, true), extension().id);
    if (link.kind !== 'moment' || link.folder !== vscode.workspace.name) throw new Error(text);
    const { launch, moment } = JSON.parse(link.text);
    // Where no launch configuration says it, it is as by default.
    const { program, virtualization = 'full' } = launch;
    const isWhole = program === 'kernel.S' && virtualization === 'full' && moment.step === 1;
    // Nothing of VS Code's own: it may have a task run.
    const others = ['type', 'request', 'name', 'internalConsoleOptions', 'preLaunchTask'].filter(
      (name) => name in launch,
    );
    if (!isWhole || others.length > 0) throw new Error(link.text);
  });
}

/** What a link or file may not ask for starts nothing. */
export async function refusesHostileLinks(): Promise<void> {
  const started: string[] = [];
  const subscription = vscode.debug.onDidStartDebugSession(({ name }) => started.push(name));
  try {
    for (const link of [
      'no link',
      'vscode://other.extension/lab/first',
      `vscode://hyperstep.hyperstep/lab/..%2F..`,
      `vscode://hyperstep.hyperstep/moment/elsewhere?${encodeURIComponent('{"launch":{"program":"kernel.S"},"moment":{"retired":1}}')}`,
      `vscode://hyperstep.hyperstep/moment/${vscode.workspace.name}?${encodeURIComponent('{"launch":{"program":"/etc/passwd"},"moment":{"retired":1}}')}`,
      `vscode://hyperstep.hyperstep/moment/${vscode.workspace.name}?%7B`,
    ])
      await vscode.commands.executeCommand('hyperstep.openLink', link);
    for (const launch of [
      '{"program":"${command:workbench.action.files.newUntitledFile}"}',
      '{"program":"kernel.S","preLaunchTask":"x"}',
      '{"program":"kernel.S","serverReadyAction":{}}',
    ]) {
      const text = `{"launch":${launch},"moment":{"retired":1}}`;
      await vscode.workspace.fs.writeFile(fixture(file), new TextEncoder().encode(text));
      await vscode.commands.executeCommand('hyperstep.debugFile', fixture(file));
    }
    if (started.length > 0) throw new Error(started.join(', '));
  } finally {
    subscription.dispose();
    await vscode.workspace.fs.delete(fixture(file));
  }
}
