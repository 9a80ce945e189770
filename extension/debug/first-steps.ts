import * as vscode from 'vscode';
import type { SessionEvent, Sessions } from './sessions';

/** Contexts that tick steps of the walkthrough: the user has stood there. */
const contexts = { guest: 'hyperstep.stoodInGuest', vmm: 'hyperstep.stoodInVmm' } as const;

/** Tells the walkthrough which of its steps are done. */
export class FirstSteps implements vscode.Disposable {
  private readonly subscription: vscode.Disposable;

  constructor(sessions: Pick<Sessions, 'onDidReceiveEvent'>) {
    this.subscription = sessions.onDidReceiveEvent((event) => this.received(event));
  }

  private received({ event, body }: SessionEvent): void {
    if (event === 'hyperstep/stateChanged' && body.reason === 'stopped')
      void vscode.commands.executeCommand('setContext', contexts[body.side], true);
  }

  dispose(): void {
    this.subscription.dispose();
  }
}
