import * as vscode from 'vscode';
import type { SessionEvent, Sessions } from '../debug/sessions';
import { viewId } from './table';

/** When the setting has the views shown by themselves. */
type Occasion = 'oncePerWorkspace' | 'everySession' | 'never';

const SHOWN = 'hyperstep.views.shown';

/**
 * Shows the views at a session's first stop, as `hyperstep.views.show` has it. Whoever closes them afterwards, or moves them, is left
 * alone. The keyboard stays in the editor.
 */
export class FirstStop implements vscode.Disposable {
  private readonly stopped = new Set<string>();
  private readonly subscription: vscode.Disposable;

  /** @param memory of the workspace */
  constructor(
    sessions: Pick<Sessions, 'onDidReceiveEvent'>,
    private readonly memory: vscode.Memento,
  ) {
    this.subscription = sessions.onDidReceiveEvent((event) => this.received(event));
  }

  private async received({ session, event }: SessionEvent): Promise<void> {
    if (event !== 'hyperstep/stateChanged' || this.stopped.has(session.id)) return;
    this.stopped.add(session.id);
    const occasion = vscode.workspace.getConfiguration('hyperstep').get<Occasion>('views.show', 'oncePerWorkspace');
    if (occasion === 'never' || (occasion === 'oncePerWorkspace' && this.memory.get(SHOWN) === true)) return;
    await this.memory.update(SHOWN, true);
    await vscode.commands.executeCommand(`${viewId('narration')}.focus`, { preserveFocus: true });
  }

  dispose(): void {
    this.subscription.dispose();
  }
}
