import type { Position, TextDocumentPositionParams } from 'vscode-languageserver';
import { contentModified } from '../answering';
import type { ServerContext } from '../context';
import type { Analysis } from '../ide/analysis';
import { wordAt } from '../ide/bare-parameters';
import { foreignArchitecture } from '../ide/foreign';
import type { Occurrence } from '../ide/occurrences';
import type { Document, Workspace } from '../ide/workspace';

/** An open document with the program around it. */
export interface Place {
  readonly document: Document;
  readonly analysis: Analysis;
}

/** The word that a request points at. */
export interface Target extends Place {
  readonly position: Position;
  readonly word: Occurrence;
}

/**
 * The program of an open document, brought up to date; undefined when there is none. A document that changes meanwhile is no more
 * the one that the client asked about.
 */
export async function placeOf({ workspace }: ServerContext, uri: string): Promise<Place | undefined> {
  const document = workspace.document(uri);
  if (!document) return undefined;
  const { source } = document;
  if (await isForeign(workspace, document)) return undefined;
  const analysis = await workspace.analysisOf(document.uri);
  if (document.source !== source) throw contentModified();
  return analysis && { document, analysis };
}

/** Finds the word at a position of an open document; undefined when there is none. */
export async function targetOf(
  context: ServerContext,
  { textDocument, position }: TextDocumentPositionParams,
): Promise<Target | undefined> {
  const document = context.workspace.document(textDocument.uri);
  // Nothing to say about empty places, and no program to make for that.
  if (!wordAt(document?.source, position.line, position.character)) return undefined;
  const place = await placeOf(context, textDocument.uri);
  const word = wordAt(place?.document.source, position.line, position.character);
  return place && word ? { ...place, position, word } : undefined;
}

/** An open document with the last that is known of its program: what is asked while someone types must not wait for the next assembly. */
export async function latestPlaceOf({ workspace }: ServerContext, uri: string): Promise<Place | undefined> {
  const document = workspace.document(uri);
  if (!document || (await isForeign(workspace, document))) return undefined;
  const analysis = workspace.latestAnalysisOf(document.uri) ?? (await workspace.analysisOf(document.uri));
  return analysis && { document, analysis };
}

/** Whether a document is another architecture's, and no project says otherwise: there is nothing to say about it. */
export async function isForeign(workspace: Workspace, { source, key }: Document): Promise<boolean> {
  return foreignArchitecture(source) !== undefined && !(await workspace.isStated(key));
}
