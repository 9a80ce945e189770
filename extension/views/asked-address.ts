import * as vscode from 'vscode';
import { viewId } from './table';

/** An address that another view wants to have translated: the page tables' page takes it when it is there. */
export class AskedAddress implements vscode.Disposable {
  private readonly asked = new vscode.EventEmitter<void>();
  private address: string | undefined;

  readonly onDidAsk = this.asked.event;

  async ask(address: string): Promise<void> {
    this.address = address;
    await vscode.commands.executeCommand(`${viewId('pageTables')}.focus`);
    this.asked.fire();
  }

  /** The address that nobody has taken yet. */
  take(): string | undefined {
    const { address } = this;
    this.address = undefined;
    return address;
  }

  dispose(): void {
    this.asked.dispose();
  }
}
