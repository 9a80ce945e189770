import {
  type Connection,
  type ConnectionOptions,
  DidChangeConfigurationNotification,
  ErrorCodes,
  FileChangeType,
  type InitializeParams,
  type InitializeResult,
  ResponseError,
  type ServerCapabilities,
  TextDocumentSyncKind,
} from 'vscode-languageserver';
import { Checker } from './checker';
import type { ServerContext } from './context';
import { features } from './features';
import { registerPullDiagnostics } from './features/pull-diagnostics';
import type { FileReader } from './ide/file-reader';
import { WorkspaceIndex } from './ide/index/workspace-index';
import { keyOf } from './ide/keys';
import { giveWay } from './ide/slices';
import { Workspace } from './ide/workspace';
import { checkIncoming, type RefusedParams, refusedMessage } from './incoming';
import { Indexer } from './indexer';
import { changeOf } from './locations';
import type { InitializationOptions } from './param-schemas';
import { trustedNotification } from './protocol';
import { Settings } from './settings';

/** Serves one client until it goes. Everything outside of the protocol comes through the reader of files. */
export function startServer(
  connect: (options: ConnectionOptions) => Connection,
  readerFor: (connection: Connection) => FileReader,
): void {
  const connection = connect({ messageStrategy: checkIncoming((uri) => workspace.document(uri)?.source) });
  const workspace = new Workspace(readerFor(connection));
  const settings = new Settings(connection);
  const context: ServerContext = { connection, workspace, index: new WorkspaceIndex(), settings, client: {} };
  const checker = new Checker(context);
  workspace.onChange(() => checker.scheduleAll());
  const indexer = new Indexer(context);
  const indexAll = (): void => {
    indexer.run().catch((error: unknown) => connection.console.error(`index: ${String(error)}`));
  };
  let followsFolders = false;

  connection.onInitialize((params: InitializeParams): InitializeResult => {
    const folders = params.workspaceFolders ?? (params.rootUri ? [{ uri: params.rootUri, name: '' }] : []);
    const options: InitializationOptions | undefined = params.initializationOptions;
    workspace.configure(
      folders.map((folder) => folder.uri),
      options?.trusted === true,
    );
    checker.notePrivileged = options?.notePrivileged !== false;
    context.client = params.capabilities;
    settings.pulls = context.client.workspace?.configuration === true;
    followsFolders = context.client.workspace?.workspaceFolders === true;
    const capabilities: ServerCapabilities = {
      textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: false },
      workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
    };
    for (const register of features) Object.assign(capabilities, register(context));
    if (options?.pullDiagnostics !== false) Object.assign(capabilities, registerPullDiagnostics(context, checker));
    return { capabilities, serverInfo: { name: 'HyperStep' } };
  });

  connection.onInitialized(() => {
    void settings.follow();
    if (context.client.workspace?.didChangeConfiguration?.dynamicRegistration)
      void connection.client.register(DidChangeConfigurationNotification.type, { section: 'hyperstep' });
    indexAll();
    if (!followsFolders) return;
    connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
      workspace.changeFolders(
        added.map((folder) => folder.uri),
        removed.map((folder) => folder.uri),
      );
      indexAll();
      checker.scheduleAll();
    });
  });

  connection.onRequest(
    refusedMessage,
    ({ problem }: RefusedParams) => new ResponseError(ErrorCodes.InvalidParams, problem),
  );
  connection.onNotification(refusedMessage, ({ problem }: RefusedParams) => connection.console.error(problem));
  connection.onNotification(trustedNotification, () => {
    workspace.trust();
    checker.scheduleAll();
  });
  connection.onDidOpenTextDocument(({ textDocument: { uri, languageId, version, text } }) => {
    workspace.open(uri, languageId, version, text);
    checker.schedule(uri);
  });
  connection.onDidChangeTextDocument(({ textDocument: { uri, version }, contentChanges }) => {
    checker.edited(uri, workspace.change(uri, version, contentChanges.map(changeOf)));
    giveWay();
  });
  connection.onDidCloseTextDocument(({ textDocument: { uri } }) => {
    workspace.close(uri);
    checker.closed(uri);
  });
  connection.onDidChangeWatchedFiles(({ changes }) => {
    const uris = changes.map((change) => change.uri);
    workspace.forget(uris);
    for (const { uri, type } of changes) workspace.files.note(keyOf(uri), type !== FileChangeType.Deleted);
    void indexer.changed(uris);
    checker.scheduleAll();
  });
  connection.onDidChangeConfiguration((params) => {
    void settings.follow(params);
    checker.scheduleAll();
  });
  connection.listen();
}
