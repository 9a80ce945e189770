/**
 * What the parameters of each request and notification that the server takes have to be: all of those that LSP does not have, and of LSP's
 * own what is used of them.
 */
import {
  Boolean as Flag,
  Integer,
  Array as ListOf,
  Object as ObjectOf,
  Optional,
  Partial,
  String as Text,
  type TSchema,
  Union,
} from '@sinclair/typebox';
import { programOptions } from '../../simulator/project/program-options';
import type { Described } from '../../simulator/schema/schema';
import {
  checkProgramRequest,
  guestTestLaunchRequest,
  guestTestsRequest,
  programOfRequest,
  virtualDocumentRequest,
} from './protocol';

const count = Integer({ minimum: 0 });
export const position = ObjectOf({ line: count, character: count });
export const range = ObjectOf({ start: position, end: position });

const identified = ObjectOf({ uri: Text() });
const ofDocument = ObjectOf({ textDocument: identified });
const atPosition = ObjectOf({ textDocument: identified, position });
const inRange = ObjectOf({ textDocument: identified, range });
const ofItem = ObjectOf({ item: ObjectOf({ uri: Text(), name: Text(), selectionRange: range }) });
const token = Union([Text(), Integer()]);
const anything = ObjectOf({});

/** What our client says when it starts the server. */
const initializationOptions = ObjectOf({
  /** Whether files outside of the workspace folders may be read. */
  trusted: Optional(Flag()),
  /**
   * Whether privileged instructions are noted as hints among the diagnostics (true when absent). Hover and colours tell
   * them in any case.
   */
  notePrivileged: Optional(Flag()),
  /** Whether the server offers to be asked for diagnostics (true when absent); it sends them by itself in any case. */
  pullDiagnostics: Optional(Flag()),
});

/** Which files are a program, and how they are assembled. Relative paths are seen from the folder of the program. */
const checkProgram = ObjectOf({
  ...Partial(ObjectOf(programOptions)).properties,
  program: Optional(ListOf(Text(), { expected: 'a list of URIs' })),
  /** The launch attributes of these names: whether the program starts in M-mode. */
  firmware: Optional(Text()),
  bios: Optional(Text()),
  /** The folder (a path or URI) above which no project file is looked for; when absent, the workspace folder. */
  projectRoot: Optional(Text()),
});

const programOf = ObjectOf({ uri: Text() });

/** The file by its name alone, with its text, which may be of an editor. */
const guestTests = ObjectOf({ name: Text(), text: Text() });

/** The file by its path, or its URI: as a launch names files. */
const guestTestLaunch = ObjectOf({ file: Text(), text: Text(), test: Text(), engine: Text() });

export type InitializationOptions = Described<typeof initializationOptions>;
export type CheckProgramParams = Described<typeof checkProgram>;
export type ProgramOfParams = Described<typeof programOf>;
export type GuestTestsParams = Described<typeof guestTests>;
export type GuestTestLaunchParams = Described<typeof guestTestLaunch>;

export const paramSchemas: Readonly<Record<string, TSchema>> = {
  initialize: ObjectOf({
    capabilities: ObjectOf({}),
    workspaceFolders: Optional(ListOf(identified)),
    rootUri: Optional(Text()),
    initializationOptions: Optional(initializationOptions),
  }),
  'textDocument/didOpen': ObjectOf({ textDocument: ObjectOf({ uri: Text(), text: Text() }) }),
  'textDocument/didChange': ObjectOf({
    textDocument: identified,
    contentChanges: ListOf(ObjectOf({ text: Text(), range: Optional(range) })),
  }),
  'textDocument/didClose': ofDocument,
  'workspace/didChangeWatchedFiles': ObjectOf({ changes: ListOf(identified) }),
  'workspace/didChangeWorkspaceFolders': ObjectOf({
    event: ObjectOf({ added: ListOf(identified), removed: ListOf(identified) }),
  }),
  'workspace/didChangeConfiguration': anything,
  '$/cancelRequest': ObjectOf({ id: token }),
  '$/setTrace': ObjectOf({ value: Text() }),
  '$/progress': ObjectOf({ token }),
  'window/workDoneProgress/cancel': ObjectOf({ token }),
  'textDocument/completion': atPosition,
  'textDocument/signatureHelp': atPosition,
  'textDocument/hover': atPosition,
  'textDocument/definition': atPosition,
  'textDocument/declaration': atPosition,
  'textDocument/implementation': atPosition,
  'textDocument/references': atPosition,
  'textDocument/prepareRename': atPosition,
  'textDocument/rename': atPosition,
  'textDocument/documentHighlight': atPosition,
  'textDocument/prepareCallHierarchy': atPosition,
  'textDocument/onTypeFormatting': atPosition,
  'textDocument/documentSymbol': ofDocument,
  'textDocument/documentLink': ofDocument,
  'textDocument/foldingRange': ofDocument,
  'textDocument/codeLens': ofDocument,
  'textDocument/codeAction': ofDocument,
  'textDocument/diagnostic': ofDocument,
  'textDocument/formatting': ofDocument,
  'textDocument/semanticTokens/full': ofDocument,
  'textDocument/semanticTokens/full/delta': ofDocument,
  'textDocument/semanticTokens/range': inRange,
  'textDocument/rangeFormatting': inRange,
  'textDocument/inlayHint': inRange,
  'textDocument/selectionRange': ObjectOf({ textDocument: identified, positions: ListOf(position) }),
  'callHierarchy/incomingCalls': ofItem,
  'callHierarchy/outgoingCalls': ofItem,
  'workspace/symbol': ObjectOf({ query: Text() }),
  [virtualDocumentRequest]: ObjectOf({ uri: Text() }),
  [programOfRequest]: programOf,
  [checkProgramRequest]: checkProgram,
  [guestTestsRequest]: guestTests,
  [guestTestLaunchRequest]: guestTestLaunch,
};
