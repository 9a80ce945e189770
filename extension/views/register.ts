import * as vscode from 'vscode';
import { request, type Sessions } from '../debug/sessions';
import { type FromView, type SessionState, type ToView, type ViewName, viewNames } from './messages';

const titles: Record<ViewName, string> = {
  pageTables: 'Page Tables',
  tlb: 'TLB',
  queues: 'Device Queues',
  exits: 'VM Exits',
};

/** The views in the debug side bar, and the commands that open the same views as editors. */
export function registerViews(context: vscode.ExtensionContext, sessions: Sessions): vscode.Disposable[] {
  const { extensionUri } = context;
  return viewNames.flatMap((name) => [
    vscode.window.registerWebviewViewProvider(`hyperstep.${name}`, {
      resolveWebviewView: (view) => {
        const page = new ViewPage(view.webview, name, extensionUri, sessions);
        view.onDidDispose(() => page.dispose());
      },
    }),
    vscode.commands.registerCommand(`hyperstep.open.${name}`, () => {
      const panel = vscode.window.createWebviewPanel(`hyperstep.${name}`, titles[name], vscode.ViewColumn.Beside);
      const page = new ViewPage(panel.webview, name, extensionUri, sessions);
      panel.onDidDispose(() => page.dispose());
    }),
  ]);
}

/** One web page that shows machine state: it asks through here, and hears when to ask again. */
class ViewPage implements vscode.Disposable {
  private readonly subscriptions: vscode.Disposable[];
  private revision = 0;

  constructor(
    private readonly webview: vscode.Webview,
    name: ViewName,
    extensionUri: vscode.Uri,
    private readonly sessions: Sessions,
  ) {
    const dist = vscode.Uri.joinPath(extensionUri, 'dist');
    webview.options = { enableScripts: true, localResourceRoots: [dist] };
    webview.html = page(webview, dist, name);
    this.subscriptions = [
      webview.onDidReceiveMessage((message: FromView) => this.receive(message)),
      sessions.onDidChange(() => this.announce()),
    ];
  }

  private async receive(message: FromView): Promise<void> {
    if (message.type === 'ready') await this.announce();
    else if (message.type === 'open') await openSource(message.path, message.line);
    else this.post(await this.answer(message));
  }

  private async answer({ id, command, arguments: args }: Extract<FromView, { type: 'request' }>): Promise<ToView> {
    const session = this.sessions.active;
    if (!session) return { type: 'error', id, message: 'No guest is being debugged.' };
    try {
      return { type: 'answer', id, body: await request(session, command, args) };
    } catch (error) {
      return { type: 'error', id, message: error instanceof Error ? error.message : String(error) };
    }
  }

  private async announce(): Promise<void> {
    this.revision += 1;
    const { revision } = this;
    const state = await this.sessionState(revision);
    // A later change has its own announcement.
    if (revision === this.revision) this.post({ type: 'session', state });
  }

  private async sessionState(revision: number): Promise<SessionState> {
    const session = this.sessions.active;
    if (!session) return { kind: 'none' };
    const threadId = this.sessions.readable ? await this.sessions.threadId() : undefined;
    if (threadId === undefined) return { kind: 'running', name: session.name };
    return { kind: 'stopped', name: session.name, threadId, revision };
  }

  private post(message: ToView): void {
    void this.webview.postMessage(message);
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }
}

async function openSource(path: string, line: number): Promise<void> {
  const uri = /^[a-z][a-z0-9+.-]+:/.test(path) ? vscode.Uri.parse(path) : vscode.Uri.file(path);
  const selection = new vscode.Range(line - 1, 0, line - 1, 0);
  await vscode.window.showTextDocument(uri, { selection });
}

function page(webview: vscode.Webview, dist: vscode.Uri, name: ViewName): string {
  const file = (file: string) => webview.asWebviewUri(vscode.Uri.joinPath(dist, file)).toString();
  return `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy"
    content="default-src 'none'; style-src ${webview.cspSource}; script-src ${webview.cspSource}">
  <link rel="stylesheet" href="${file('webview.css')}">
</head>
<body data-view="${name}">
  <main id="view"></main>
  <script src="${file('webview.js')}"></script>
</body>
</html>`;
}
