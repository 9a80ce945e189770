import * as vscode from 'vscode';
import type { DebugConfigurations } from './debug/configuration';
import { breakAt } from './debug/source-breakpoints';
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
  breakAt(uri, line);
  await configurations.start(uri, false, 'file');
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
