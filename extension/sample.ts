import * as vscode from 'vscode';
import type { DebugConfigurations } from './debug/configuration';
import type { Sessions } from './debug/sessions';
import { breakAt } from './debug/source-breakpoints';
import type { Host } from './host';
import { SampleFiles } from './sample-files';

const name = 'hyperstep-sample';
const firstFile = 'kernel.S';
/** The line that the walkthrough is about. */
const firstStop = /^\s*csrw\s+satp,/;

/** What is done with the sample in the window that opens on it. */
const NEXT = 'hyperstep.sample.next';
type Next = 'show' | 'debug';
/** Milliseconds in which the window opens: a later one on the same folder is the user's own. */
const PATIENCE = 60_000;
/** Of a workspace: the sample has been shown in it before. */
const SEEN = 'hyperstep.sample.seen';

interface Wanted {
  readonly next: Next;
  /** Milliseconds of the host's clock. */
  readonly at: number;
}

/**
 * The sample guest: copied to where it may be edited, and opened there, as a folder of its own where VS Code has a file system, else in the
 * open workspace. What is there from an earlier time is kept as it was left until it is reset.
 */
export class SampleGuest {
  private readonly shipped: vscode.Uri;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly host: Host,
    private readonly configurations: DebugConfigurations,
    private readonly sessions: Sessions,
  ) {
    this.shipped = vscode.Uri.joinPath(context.extensionUri, 'extension/sample');
  }

  /** The commands. */
  register(): vscode.Disposable {
    return vscode.Disposable.from(
      vscode.commands.registerCommand('hyperstep.openSample', () => this.open('show')),
      vscode.commands.registerCommand('hyperstep.debugSample', () => this.open('debug')),
      vscode.commands.registerCommand('hyperstep.resetSample', () => this.reset()),
    );
  }

  /** A window was opened on the sample for something: it is done now. */
  async resume(): Promise<void> {
    const wanted = this.context.globalState.get<Wanted>(NEXT);
    const folder = this.folder();
    if (!wanted || !folder || !this.isOpen(folder)) return;
    await this.context.globalState.update(NEXT, undefined);
    if (Date.now() - wanted.at < PATIENCE) await this.show(folder, wanted.next);
  }

  private async open(next: Next): Promise<void> {
    const folder = this.folder();
    if (!folder) {
      await vscode.window.showInformationMessage('Open a folder first: the sample guest is copied into it.');
      return;
    }
    await new SampleFiles(this.shipped, folder).copyMissing();
    if (this.isOpen(folder)) return this.show(folder, next);
    const wanted: Wanted = { next, at: Date.now() };
    await this.context.globalState.update(NEXT, wanted);
    const forceNewWindow = vscode.workspace.workspaceFolders !== undefined;
    await vscode.commands.executeCommand('vscode.openFolder', folder, { forceNewWindow });
  }

  private async show(folder: vscode.Uri, next: Next): Promise<void> {
    // With a tab of its own, which sources of the VMM do not take.
    const options = { preview: false };
    const { document } = await vscode.window.showTextDocument(vscode.Uri.joinPath(folder, firstFile), options);
    const isFirstTime = this.context.workspaceState.get(SEEN) !== true;
    await this.context.workspaceState.update(SEEN, true);
    if (next === 'show') return;
    const line = document
      .getText()
      .split('\n')
      .findIndex((text) => firstStop.test(text));
    if (line >= 0) {
      breakAt(document.uri, line);
      this.explainStop(line);
    }
    await trustAsked(isFirstTime);
    await this.configurations.start(document.uri, false, 'file');
  }

  /** Says what comes at the line that the walkthrough is about, when the guest stands there, and offers to go on. */
  private explainStop(line: number): void {
    const subscription = this.sessions.onDidReceiveEvent(async ({ session, event, body }) => {
      if (event === 'hyperstep/ended') subscription.dispose();
      if (event !== 'hyperstep/stateChanged' || body.reason !== 'stopped' || body.side !== 'guest') return;
      // A session that is ended meanwhile has no frames.
      const stoodAt = await lineOnTop(session).catch(() => undefined);
      if (stoodAt !== line + 1) return;
      subscription.dispose();
      const sentence =
        'The guest is about to turn on paging. It runs deprivileged, so csrw satp traps: Step Into (F11) follows it into the hypervisor.';
      const follow = 'Step Into';
      if ((await vscode.window.showInformationMessage(sentence, follow)) === follow)
        await vscode.commands.executeCommand('workbench.action.debug.stepInto');
    });
    this.context.subscriptions.push(subscription);
  }

  private async reset(): Promise<void> {
    const folder = this.folder();
    const files = folder && new SampleFiles(this.shipped, folder);
    if (!files || !(await files.exist())) {
      await vscode.window.showInformationMessage(
        'The sample guest has not been opened yet: there is nothing to reset.',
      );
      return;
    }
    const changed = await files.changed();
    if (changed.length === 0) {
      await vscode.window.showInformationMessage('The sample guest is as it came.');
      return;
    }
    const detail = `As they came again: ${changed.join(', ')}. What you changed in them is lost; other files are left alone.`;
    const answer = await vscode.window.showWarningMessage('Reset the sample guest?', { modal: true, detail }, 'Reset');
    if (answer === 'Reset') await files.reset(changed);
  }

  /** Where the sample is, or will be; undefined when there is no place for it. */
  private folder(): vscode.Uri | undefined {
    const workspace = vscode.workspace.workspaceFolders?.[0];
    const parent = this.host.programsAre === 'paths' ? this.context.globalStorageUri : workspace?.uri;
    return parent && vscode.Uri.joinPath(parent, name);
  }

  private isOpen(folder: vscode.Uri): boolean {
    if (this.host.programsAre === 'uris') return true;
    return vscode.workspace.workspaceFolders?.some(({ uri }) => uri.toString() === folder.toString()) ?? false;
  }
}

/**
 * Waits until a folder is trusted, where VS Code asks for that by itself as it opens one. Elsewhere the start of a debug session asks: both
 * would be two questions.
 */
async function trustAsked(isFirstTime: boolean): Promise<void> {
  if (vscode.workspace.isTrusted) return;
  const asks = vscode.workspace.getConfiguration('security.workspace.trust').get<string>('startupPrompt');
  if (asks === 'never' || (asks === 'once' && !isFirstTime)) return;
  await new Promise<void>((resolve) => {
    const subscription = vscode.workspace.onDidGrantWorkspaceTrust(() => {
      subscription.dispose();
      resolve();
    });
  });
}

/** The line (from 1) of the innermost frame of the first thread. */
async function lineOnTop(session: vscode.DebugSession): Promise<number | undefined> {
  const { threads }: { threads: { id: number }[] } = await session.customRequest('threads');
  const threadId = threads[0]?.id;
  if (threadId === undefined) return undefined;
  const { stackFrames }: { stackFrames: { line: number }[] } = await session.customRequest('stackTrace', {
    ...{ threadId, startFrame: 0, levels: 1 },
  });
  return stackFrames[0]?.line;
}
