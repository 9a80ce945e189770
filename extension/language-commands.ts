import * as vscode from 'vscode';
import type { DebugConfigurations } from './debug/configuration';
import { debugFromCommand, showReferencesCommand } from './language-server/protocol';

/** The commands behind the language server's code lenses. */
export function registerLanguageCommands(configurations: DebugConfigurations): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.commands.registerCommand(debugFromCommand, (source?: string | vscode.Uri, line?: number) =>
      debugFrom(configurations, source, line),
    ),
    vscode.commands.registerCommand(showReferencesCommand, showReferences),
  );
}

/** Debugs the guest up to a line: with a breakpoint there, which stays. The cursor's line when called by hand. */
async function debugFrom(
  configurations: DebugConfigurations,
  source: string | vscode.Uri | undefined,
  given: number | undefined,
): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  const uri = typeof source === 'string' ? vscode.Uri.parse(source) : (source ?? editor?.document.uri);
  const line = given ?? editor?.selection.active.line;
  if (!uri || line === undefined) return;
  const isHere = (breakpoint: vscode.Breakpoint): boolean =>
    breakpoint instanceof vscode.SourceBreakpoint &&
    breakpoint.location.uri.toString() === uri.toString() &&
    breakpoint.location.range.start.line === line;
  if (!vscode.debug.breakpoints.some(isHere)) {
    const place = new vscode.Location(uri, new vscode.Position(line, 0));
    vscode.debug.addBreakpoints([new vscode.SourceBreakpoint(place)]);
  }
  await configurations.start(uri, false);
}

async function showReferences(source: string, place: { line: number; character: number }): Promise<void> {
  const uri = vscode.Uri.parse(source);
  const position = new vscode.Position(place.line, place.character);
  const found = await vscode.commands.executeCommand<vscode.Location[]>(
    'vscode.executeReferenceProvider',
    uri,
    position,
  );
  await vscode.commands.executeCommand('editor.action.showReferences', uri, position, found);
}
