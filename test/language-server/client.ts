import { PassThrough } from 'node:stream';
import {
  type ClientCapabilities,
  type Connection,
  type ConnectionOptions,
  createConnection,
  createProtocolConnection,
  type Diagnostic,
  type InitializeParams,
  type ProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node';
import type { Toolchain } from '../../extension/language-server/ide/toolchains';
import { startServer } from '../../extension/language-server/server';
import type { FileReading } from '../../simulator/assembler/source/read-file';
import { parseMarked } from './marks';

/** A server and a client in this process, connected by pipes. */
export class TestClient {
  readonly connection: ProtocolConnection;
  readonly diagnostics = new Map<string, readonly Diagnostic[]>();
  /** Paths that the server asked for. */
  readonly read: string[] = [];
  /** Compilers that are there. */
  readonly compilers = new Map<string, Toolchain>();
  /** Those that were asked, with their arguments. */
  readonly asked: string[][] = [];
  #waiting: (() => void)[] = [];
  /** While this is not settled, no file is read. */
  reading: Promise<void> = Promise.resolve();
  #version = 1;

  constructor(readonly files: Readonly<Record<string, string | FileReading>> = {}) {
    const toServer = new PassThrough();
    const toClient = new PassThrough();
    const connect = (options: ConnectionOptions): Connection =>
      createConnection(new StreamMessageReader(toServer), new StreamMessageWriter(toClient), options);
    startServer(connect, () => ({
      read: async (uri) => {
        this.read.push(uri);
        await this.reading;
        const contents = this.files[uri.replace('file:///w/', '')];
        return typeof contents === 'string' ? new TextEncoder().encode(contents) : contents;
      },
      list: (uri) => Promise.resolve(this.#entries(uri)),
      askCompiler: async (compiler, args) => {
        this.asked.push([compiler, ...args]);
        return this.compilers.get(compiler);
      },
    }));
    this.connection = createProtocolConnection(new StreamMessageReader(toClient), new StreamMessageWriter(toServer));
    this.connection.onNotification(
      'textDocument/publishDiagnostics',
      ({ uri, diagnostics }: { uri: string; diagnostics: Diagnostic[] }) => {
        this.diagnostics.set(uri, diagnostics);
        for (const wake of this.#waiting.splice(0)) wake();
      },
    );
    this.connection.listen();
  }

  /** What a folder of `files` holds. */
  #entries(uri: string): { name: string; folder: boolean }[] {
    const folder = `${uri}/`.replace(/^file:\/\/\/w\//, '');
    const inside = Object.keys(this.files).filter((name) => name.startsWith(folder));
    const entries = inside.map((name) => name.slice(folder.length).split('/'));
    return [...new Map(entries.map(([name = '', ...rest]) => [name, { name, folder: rest.length > 0 }])).values()];
  }

  static async start(
    files?: Readonly<Record<string, string | FileReading>>,
    options: { trusted?: boolean; notePrivileged?: boolean } = { trusted: true },
    capabilities: ClientCapabilities = {},
  ): Promise<TestClient> {
    const client = new TestClient(files);
    const params: InitializeParams = {
      processId: null,
      rootUri: 'file:///w',
      workspaceFolders: [{ uri: 'file:///w', name: 'w' }],
      capabilities,
      initializationOptions: options,
    };
    await client.connection.sendRequest('initialize', params);
    await client.connection.sendNotification('initialized', {});
    return client;
  }

  /** Opens a document whose text may hold `$0`, and gives the position of that mark. */
  async open(name: string, marked: string): Promise<{ uri: string; position: { line: number; character: number } }> {
    const { text, position } = parseMarked(marked);
    const uri = `file:///w/${name}`;
    await this.connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri, languageId: 'riscv-asm', version: this.#version, text },
    });
    return { uri, position };
  }

  async change(uri: string, contentChanges: readonly object[]): Promise<void> {
    this.#version++;
    await this.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri, version: this.#version },
      contentChanges,
    });
  }

  /** Waits until the diagnostics of a document satisfy `wanted`. */
  async diagnosticsOf(
    name: string,
    wanted: (diagnostics: readonly Diagnostic[]) => boolean = () => true,
  ): Promise<readonly Diagnostic[]> {
    const uri = `file:///w/${name}`;
    const deadline = Date.now() + 5000;
    for (;;) {
      const found = this.diagnostics.get(uri);
      if (found && wanted(found)) return found;
      if (Date.now() > deadline) throw new Error(`diagnostics of ${name}: ${JSON.stringify(found)}`);
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
        setTimeout(resolve, 200);
      });
    }
  }

  request<T>(method: string, params: object): Promise<T> {
    return this.connection.sendRequest<T>(method, params);
  }

  stop(): void {
    this.connection.dispose();
  }
}
