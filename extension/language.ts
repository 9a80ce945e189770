import * as vscode from 'vscode';
import type { BaseLanguageClient } from 'vscode-languageclient';
import type { LaunchArguments } from '../debug-adapter/launch';
import type { Host } from './host';

/** Our own language id, and those under which other extensions know the same files. */
export const assemblyLanguages = ['riscv-asm', 'riscv', 'asm', 'asm-collection'];

/** Answer to `hyperstep/checkProgram`: what the server found in all files of a program, which Problems shows. */
export interface ProgramCheck {
  errors: number;
  warnings: number;
  /** Of the first error. */
  first?: { uri: string; range: { start: { line: number; character: number } } };
}

/** The language server and its client. */
export class LanguageService implements vscode.Disposable {
  private readonly client: BaseLanguageClient;
  private readonly trust: vscode.Disposable;
  private started: Promise<void> | undefined;

  constructor(context: vscode.ExtensionContext, host: Host) {
    this.client = host.createLanguageClient(context, {
      documentSelector: assemblyLanguages.map((language) => ({ language })),
      synchronize: { fileEvents: vscode.workspace.createFileSystemWatcher('**/*.{s,S,inc,asm,h}') },
      // In Restricted Mode the server reads no file outside the workspace.
      initializationOptions: { trusted: vscode.workspace.isTrusted },
    });
    this.trust = vscode.workspace.onDidGrantWorkspaceTrust(() => this.client.sendNotification('hyperstep/trusted'));
  }

  start(): void {
    this.started = this.client.start().catch((error) => {
      void vscode.window.showErrorMessage(`HyperStep's language server did not start: ${messageOf(error)}`);
    });
  }

  async restart(): Promise<void> {
    await this.client.stop();
    this.start();
    await this.started;
  }

  /** Assembles the files of a launch as a program; `undefined` when the server cannot say (it is gone, or does not answer). */
  async checkProgram(program: vscode.Uri[], options: LaunchArguments): Promise<ProgramCheck | undefined> {
    await this.started;
    const { includePaths, defines, march } = options;
    try {
      return await this.client.sendRequest<ProgramCheck>('hyperstep/checkProgram', {
        program: program.map(String),
        includePaths,
        defines,
        march,
      });
    } catch {
      // The debug adapter assembles too and reports the same errors.
      return undefined;
    }
  }

  async dispose(): Promise<void> {
    this.trust.dispose();
    await this.client.dispose();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
