import * as vscode from 'vscode';
import { Debugged, inVmm, lineOf } from './debugging';
import { eventually, openFixture } from './support';

/** Diagnostics from the language server in its worker. */
export async function showsDiagnostics(): Promise<void> {
  const { document } = await openFixture('broken.S');
  await eventually('errors in Problems', () => {
    const errors = vscode.languages.getDiagnostics(document.uri);
    return errors.some((error) => error.severity === vscode.DiagnosticSeverity.Error) || undefined;
  });
}

/** F5 on the sample, to a step into the VMM, with the machine in a worker. */
export async function stepsIntoVmm(): Promise<void> {
  const { document } = await openFixture('kernel.S');
  const line = lineOf(document, /^\s*csrw\s+satp,/);
  const location = new vscode.Location(document.uri, new vscode.Position(line - 1, 0));
  vscode.debug.addBreakpoints([new vscode.SourceBreakpoint(location)]);
  const debugged = new Debugged();
  try {
    const program = document.uri.toString();
    const started = await debugged.start(undefined, { type: 'hyperstep', request: 'launch', name: 'sample', program });
    if (!started) throw new Error('Nothing was started.');
    const { threadId } = await debugged.stopped();
    const [guest] = await debugged.stack(threadId);
    if (guest?.line !== line) throw new Error(`stopped at line ${guest?.line}, not ${line}`);
    const before = await debugged.inFocus();
    const [top] = await debugged.step('stepIn', threadId);
    await debugged.inFocus(before);
    if (!inVmm(top)) throw new Error(`on top: ${top?.source?.path}`);
  } finally {
    await debugged.stop();
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
  }
}
