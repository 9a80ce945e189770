import * as vscode from 'vscode';
import type { Sessions } from '../debug/sessions';
import { AskedAddress } from './asked-address';
import { KeptRuns } from './kept-runs';
import { openCommand, type ShownName, shownNames, shownTable, viewId } from './table';
import { ViewPage } from './view-page';

/** The views in their container, and the commands that open the same views as editors. */
export function registerViews(context: vscode.ExtensionContext, sessions: Sessions): vscode.Disposable[] {
  const { extensionUri } = context;
  // What a page shows must outlive the session, and the fold that hides it.
  const retained = { retainContextWhenHidden: true };
  const askedAddress = new AskedAddress();
  const keptRuns = new KeptRuns();
  const ends = sessions.onDidReceiveEvent(({ session, event, body }) => {
    if (event === 'hyperstep/ended') keptRuns.ended(session, body);
  });
  const pageOf = (webview: vscode.Webview, name: ShownName, isVisible: () => boolean): ViewPage =>
    new ViewPage(webview, name, extensionUri, sessions, askedAddress, keptRuns, isVisible);
  const views = shownNames.flatMap((name) => [
    vscode.window.registerWebviewViewProvider(
      viewId(name),
      {
        resolveWebviewView: (view) => {
          const page = pageOf(view.webview, name, () => view.visible);
          view.onDidChangeVisibility(() => page.visibilityChanged());
          view.onDidDispose(() => page.dispose());
        },
      },
      { webviewOptions: retained },
    ),
    vscode.commands.registerCommand(openCommand(name), () => {
      const column = vscode.ViewColumn.Beside;
      const panel = vscode.window.createWebviewPanel(viewId(name), shownTable[name].title, column, retained);
      const page = pageOf(panel.webview, name, () => panel.visible);
      panel.onDidChangeViewState(() => page.visibilityChanged());
      panel.onDidDispose(() => page.dispose());
    }),
  ]);
  return [askedAddress, ends, ...views];
}
