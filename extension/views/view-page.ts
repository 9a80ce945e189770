import * as vscode from 'vscode';
import type { RunCost } from '../../debug-adapter/protocol';
import { request, type Sessions } from '../debug/sessions';
import type { AskedAddress } from './asked-address';
import type { KeptRuns } from './kept-runs';
import type { FromView, KeptRun, SessionState, ToView } from './messages';
import { type ShownName, shownTable } from './table';

/** Milliseconds after which a page that is looked at while the machine runs asks again. */
const LIVE_PERIOD = 1000;

/** One web page that shows machine state: it asks through here, and hears when to ask again. */
export class ViewPage implements vscode.Disposable {
  private readonly subscriptions: vscode.Disposable[];
  private revision = 0;
  /** Something changed while nobody looked. */
  private isBehind = false;
  /** Until a page that is live asks again. */
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isDisposed = false;

  constructor(
    private readonly webview: vscode.Webview,
    private readonly name: ShownName,
    extensionUri: vscode.Uri,
    private readonly sessions: Sessions,
    private readonly askedAddress: AskedAddress,
    private readonly keptRuns: KeptRuns,
    private readonly isVisible: () => boolean,
  ) {
    const dist = vscode.Uri.joinPath(extensionUri, 'dist');
    webview.options = { enableScripts: true, localResourceRoots: [dist] };
    webview.html = page(webview, dist, name);
    this.subscriptions = [
      webview.onDidReceiveMessage((message: FromView) => this.receive(message)),
      sessions.onDidChange(() => this.announce()),
      askedAddress.onDidAsk(() => this.passAddress()),
      keptRuns.listen(() => void this.announce()),
    ];
  }

  /** A page that is hidden asks for nothing; when it is seen again it catches up. */
  visibilityChanged(): void {
    if (this.isBehind) void this.announce();
  }

  private async receive(message: FromView): Promise<void> {
    switch (message.type) {
      case 'ready':
        await this.announce();
        return this.passAddress();
      case 'open':
        return openSource(message.path, message.line);
      case 'tell':
        void vscode.window.showInformationMessage(message.text);
        return;
      case 'keep':
        return this.keep(message.cost);
      case 'save':
        return saveText(message.name, message.text);
      case 'translate':
        return this.askedAddress.ask(message.address);
      case 'request':
        return this.post(await this.answer(message));
    }
  }

  private passAddress(): void {
    const address = this.name === 'pageTables' ? this.askedAddress.take() : undefined;
    if (address !== undefined) this.post({ type: 'translate', address });
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
    clearTimeout(this.timer);
    this.isBehind = !this.isVisible();
    if (this.isBehind) return;
    this.revision += 1;
    const { revision } = this;
    const state = await this.sessionState(revision);
    // A later change has its own announcement.
    if (revision !== this.revision || this.isDisposed) return;
    this.post({ type: 'session', state });
    const { isLive } = shownTable[this.name];
    if (isLive && state.kind === 'running') this.timer = setTimeout(() => void this.announce(), LIVE_PERIOD);
  }

  private async sessionState(revision: number): Promise<SessionState> {
    const { active, ended, stopCount } = this.sessions;
    // A session that is over may be the active one for a moment.
    if (!active || active.id === ended?.id) {
      if (!ended) return { kind: 'none' };
      const { id, name, summary } = ended;
      return { kind: 'ended', session: id, name, ...(summary ? { summary } : {}), ...this.besides(id) };
    }
    const { id: session, name } = active;
    const about = this.sessions.readable ? await this.sessions.about() : undefined;
    if (!about) return { kind: 'running', session, name };
    const { machine, count: stop } = stopCount;
    const { threadId, name: thread } = about;
    const state = { kind: 'stopped' as const, session, name, threadId, machine, stop, revision };
    return { ...state, ...(thread ? { thread } : {}), ...this.besides(session) };
  }

  /** A run that is looked at after its end is that of the session that has ended last. */
  private keep(cost: RunCost | null): void {
    const { active, ended } = this.sessions;
    const looked = active && active.id !== ended?.id ? active : ended;
    if (cost === null) this.keptRuns.forget();
    else if (looked) this.keptRuns.keep(looked, cost);
  }

  private besides(session: string): { compared?: KeptRun } {
    const compared = this.keptRuns.beside(session);
    return compared ? { compared } : {};
  }

  private post(message: ToView): void {
    void this.webview.postMessage(message);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.isDisposed = true;
    vscode.Disposable.from(...this.subscriptions).dispose();
  }
}

async function openSource(path: string, line: number): Promise<void> {
  const uri = /^[a-z][a-z0-9+.-]+:/.test(path) ? vscode.Uri.parse(path) : vscode.Uri.file(path);
  const selection = new vscode.Range(line - 1, 0, line - 1, 0);
  await vscode.window.showTextDocument(uri, { selection });
}

/** Asks where to, and writes there. */
async function saveText(name: string, text: string): Promise<void> {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  const options = folder ? { defaultUri: vscode.Uri.joinPath(folder.uri, name) } : {};
  const uri = await vscode.window.showSaveDialog(options);
  if (!uri) return;
  try {
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    void vscode.window.showErrorMessage(`${uri.fsPath} could not be written: ${why}`);
  }
}

function page(webview: vscode.Webview, dist: vscode.Uri, name: ShownName): string {
  const { bundle = 'webview' } = shownTable[name];
  const file = (file: string) => webview.asWebviewUri(vscode.Uri.joinPath(dist, file)).toString();
  return `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy"
    content="default-src 'none'; style-src ${webview.cspSource}; script-src ${webview.cspSource}">
  <link rel="stylesheet" href="${file(`${bundle}.css`)}">
</head>
<body data-view="${name}">
  <main id="view"></main>
  <script src="${file(`${bundle}.js`)}"></script>
</body>
</html>`;
}
