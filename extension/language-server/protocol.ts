/** Messages between our client and this server that the Language Server Protocol does not have. Types and constants only. */

/** Notification: the user trusts the workspace now. */
export const trustedNotification = 'hyperstep/trusted';

/** Request: assembles the files of a launch as one program, publishes what is wrong, and counts it. */
export const checkProgramRequest = 'hyperstep/checkProgram';

/** Request: the files of the program that a file is part of, by project files and launches; the file alone when nothing names it. */
export const programOfRequest = 'hyperstep/programOf';

export interface ProgramOf {
  /** URIs. */
  readonly files: readonly string[];
}

/** Notification from server to client: files that a program includes, and whose names do not say that they are assembly. */
export const includedNotification = 'hyperstep/included';

export interface IncludedParams {
  readonly uris: readonly string[];
}

export interface ProgramCheck {
  errors: number;
  warnings: number;
  /** Of the first error. */
  first?: {
    uri: string;
    range: { start: { line: number; character: number }; end: { line: number; character: number } };
  };
}

/** Notification from server to client: a document is plainly another architecture's, or is no longer. */
export const foreignNotification = 'hyperstep/foreign';

export interface ForeignParams {
  readonly uri: string;
  /** The architecture's name; absent when the document is RISC-V's (again). */
  readonly architecture?: string;
  /** What tells it. */
  readonly reason?: string;
}

/** Request from server to client, where the server cannot read files itself: the bytes of a file in base 64, or null. */
export const readFileRequest = 'hyperstep/readFile';

/** Request from server to client, where the server cannot read files itself: the entries of a folder, or null. */
export const listFolderRequest = 'hyperstep/listFolder';

/** URI schemes of what the server makes as text: what a macro call stands for, and what each line of a source became. */
export const expansionScheme = 'hyperstep-expansion';
export const listingScheme = 'hyperstep-listing';

/** Request: the text of a document of one of these schemes; null when there is none. */
export const virtualDocumentRequest = 'hyperstep/virtualDocument';

export interface VirtualDocument {
  readonly text: string;
}

/** Commands of the client that code lenses call: with a URI and a line, and with a URI and a position. */
export const debugFromCommand = 'hyperstep.debugFromHere';
export const showReferencesCommand = 'hyperstep.showReferences';

/** Request: the tests of a guest that a file says. */
export const guestTestsRequest = 'hyperstep/guestTests';

export interface GuestTests {
  readonly tests: readonly FoundTest[];
  /** What is wrong with what the file says: then there are no tests. */
  readonly problems: readonly { readonly message: string; readonly range: TextRange }[];
}

export interface FoundTest {
  readonly name: string;
  readonly range: TextRange;
  /** On which it is run. */
  readonly engines: readonly string[];
}

/** As LSP has it. */
export interface TextRange {
  readonly start: { readonly line: number; readonly character: number };
  readonly end: { readonly line: number; readonly character: number };
}

/** Request: the launch that debugs a test's guest; null where the file has no such test. */
export const guestTestLaunchRequest = 'hyperstep/guestTestLaunch';

export interface GuestTestLaunch {
  /** Launch attributes with absolute paths; without `program` where the file names none. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Where it names none: the sources that it may be about, as absolute paths, the likeliest first. */
  readonly programs: readonly string[];
}

/** Notification from server to client: lines of a document that no program assembles. */
export const inactiveRegionsNotification = 'hyperstep/inactiveRegions';

export interface InactiveRegionsParams {
  readonly uri: string;
  readonly version: number;
  readonly ranges: readonly { start: { line: number; character: number }; end: { line: number; character: number } }[];
}
