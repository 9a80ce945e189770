import type { ClientCapabilities, Connection } from 'vscode-languageserver';
import type { WorkspaceIndex } from './ide/index/workspace-index';
import type { Workspace } from './ide/workspace';
import type { Settings } from './settings';

/** What a feature works with. It registers its handlers and says what the server can do with them. */
export interface ServerContext {
  readonly connection: Connection;
  readonly workspace: Workspace;
  /** The names of the workspace's files, open or not. */
  readonly index: WorkspaceIndex;
  readonly settings: Settings;
  /** What the client can do; known before the features are registered. */
  client: ClientCapabilities;
}
