import * as vscode from 'vscode';
import type { BaseLanguageClient } from 'vscode-languageclient';
import type { LaunchArguments } from '../debug-adapter/launch/launch';
import { editedLimit } from '../simulator/assembler/source/read-file';
import { encodeBase64 } from '../simulator/object/bytes/base64';
import { ForeignStatus } from './foreign-status';
import type { Host } from './host';
import { InactiveRegions } from './inactive-regions';
import { IncludedSources } from './included-sources';
import { inlayValues, refreshInlayValues } from './inlay-values';
import {
  type GuestTestLaunch,
  type GuestTests,
  guestTestLaunchRequest,
  guestTestsRequest,
  type InactiveRegionsParams,
  inactiveRegionsNotification,
  listFolderRequest,
  type ProgramOf,
  programOfRequest,
  type VirtualDocument,
  virtualDocumentRequest,
} from './language-server/protocol';
import { isVirtual, VirtualDocuments } from './virtual-documents';

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
  /** Settled when the server answers; `undefined` when it did not start. */
  private client: Promise<BaseLanguageClient | undefined> = Promise.resolve(undefined);
  private readonly trust: vscode.Disposable;
  private readonly includedSources = new IncludedSources();
  private readonly foreignStatus = new ForeignStatus();
  private readonly virtualDocuments = new VirtualDocuments((uri) => this.virtualText(uri));
  readonly inactiveRegions = new InactiveRegions();
  private inlayRefresh: vscode.Disposable | undefined;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly host: Host,
  ) {
    this.trust = vscode.workspace.onDidGrantWorkspaceTrust(async () => {
      await (await this.client)?.sendNotification('hyperstep/trusted');
    });
  }

  start(): void {
    this.client = this.startClient().catch((error) => {
      void vscode.window.showErrorMessage(`HyperStep's language server did not start: ${messageOf(error)}`);
      return undefined;
    });
  }

  async restart(): Promise<void> {
    await this.stop();
    this.start();
    await this.client;
  }

  /** Assembles the files of a launch as a program; `undefined` when the server cannot say (it is gone, or does not answer). */
  async checkProgram(program: vscode.Uri[], options: LaunchArguments): Promise<ProgramCheck | undefined> {
    const client = await this.client;
    const { includePaths, defines, march, mabi, linkerScript, linkOptions, relax, projectRoot } = options;
    const { firmware, bios } = options;
    try {
      return await client?.sendRequest<ProgramCheck>('hyperstep/checkProgram', {
        program: program.map(String),
        includePaths,
        defines,
        march,
        mabi,
        linkerScript,
        linkOptions,
        relax,
        projectRoot,
        firmware,
        bios,
      });
    } catch {
      // The debug adapter assembles too and reports the same errors.
      return undefined;
    }
  }

  /** The files of the program that a file is part of, the file among them. */
  async programOf(file: vscode.Uri): Promise<vscode.Uri[]> {
    const client = await this.client;
    try {
      const found = await client?.sendRequest<ProgramOf>(programOfRequest, { uri: file.toString() });
      return found ? found.files.map((uri) => vscode.Uri.parse(uri)) : [file];
    } catch {
      // Without an answer the file stands for itself.
      return [file];
    }
  }

  /** The tests that a file says; `undefined` when the server cannot say. @param name of the file, without its folder */
  async guestTestsOf(name: string, text: string): Promise<GuestTests | undefined> {
    const client = await this.client;
    return client?.sendRequest<GuestTests>(guestTestsRequest, { name, text }).catch(() => undefined);
  }

  /** How the guest of a test is debugged; `undefined` where there is no such test. @param file as launches name it */
  async guestTestLaunch(
    file: string,
    text: string,
    { name, engine }: { readonly name: string; readonly engine: string },
  ): Promise<GuestTestLaunch | undefined> {
    const client = await this.client;
    const params = { file, text, test: name, engine };
    return (await client?.sendRequest<GuestTestLaunch | null>(guestTestLaunchRequest, params)) ?? undefined;
  }

  async dispose(): Promise<void> {
    this.trust.dispose();
    this.includedSources.dispose();
    this.foreignStatus.dispose();
    this.virtualDocuments.dispose();
    this.inactiveRegions.dispose();
    this.inlayRefresh?.dispose();
    await this.stop();
  }

  private async startClient(): Promise<BaseLanguageClient> {
    // In a later turn: loading the client is no part of activation, for which VS Code waits.
    await new Promise((resolve) => setTimeout(resolve, 0));
    const client = await this.host.createLanguageClient(this.context, {
      documentSelector: assemblyLanguages.map((language) => ({ language })),
      synchronize: {
        fileEvents: [
          '**/*.{s,S,inc,asm,h,ld,lds,o}',
          '**/{hyperstep,.vscode/launch,compile_commands}.json',
          '**/compile_flags.txt',
        ].map((glob) => vscode.workspace.createFileSystemWatcher(glob)),
      },
      // What the server made itself is no source.
      middleware: {
        didOpen: (document, next) => (isVirtual(document.uri) ? Promise.resolve() : next(document)),
        didChange: (event, next) => (isVirtual(event.document.uri) ? Promise.resolve() : next(event)),
        didClose: (document, next) => (isVirtual(document.uri) ? Promise.resolve() : next(document)),
        ...inlayValues,
      },
      // In Restricted Mode the server reads no file outside the workspace.
      initializationOptions: { trusted: vscode.workspace.isTrusted, notePrivileged: false, pullDiagnostics: false },
    });
    // A server in a browser's worker reaches no file itself.
    client.onRequest('hyperstep/readFile', ({ uri }: { uri: string }) => readFile(vscode.Uri.parse(uri)));
    client.onRequest(listFolderRequest, ({ uri }: { uri: string }) => listFolder(vscode.Uri.parse(uri)));
    client.onNotification(inactiveRegionsNotification, (regions: InactiveRegionsParams) =>
      this.inactiveRegions.note(regions),
    );
    client.onNotification('hyperstep/included', ({ uris }: { uris: string[] }) => this.includedSources.add(uris));
    client.onNotification('hyperstep/foreign', (foreign) => this.foreignStatus.note(foreign));
    await client.start();
    this.inlayRefresh?.dispose();
    this.inlayRefresh = refreshInlayValues(client);
    return client;
  }

  private async virtualText(uri: vscode.Uri): Promise<string | undefined> {
    const client = await this.client;
    const found = await client?.sendRequest<VirtualDocument | null>(virtualDocumentRequest, { uri: uri.toString() });
    return found?.text;
  }

  private async stop(): Promise<void> {
    await (await this.client)?.stop();
  }
}

/** A file in base 64; null when it cannot be read, or is none that a person edits. */
async function readFile(uri: vscode.Uri): Promise<string | null> {
  try {
    const { type, size } = await vscode.workspace.fs.stat(uri);
    if ((type & vscode.FileType.File) === 0 || size > editedLimit) return null;
    return encodeBase64(await vscode.workspace.fs.readFile(uri));
  } catch {
    return null;
  }
}

/** What a folder holds; null when it cannot be listed. */
async function listFolder(uri: vscode.Uri): Promise<{ name: string; folder: boolean }[] | null> {
  try {
    const entries = await vscode.workspace.fs.readDirectory(uri);
    return entries.map(([name, type]) => ({ name, folder: (type & vscode.FileType.Directory) !== 0 }));
  } catch {
    return null;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
