import type { Position, TextDocumentPositionParams } from 'vscode-languageserver';
import type { Analysis } from '../analysis';
import { type Occurrence, occurrenceAt } from '../occurrences';
import type { ServerContext } from '../server';
import type { Document } from '../workspace';

/** The word that a request points at, with the program around it. */
export interface Target {
  readonly document: Document;
  readonly analysis: Analysis;
  readonly position: Position;
  readonly word: Occurrence;
}

/** Finds the word at a position of an open document; undefined when there is none. */
export async function targetOf(
  { workspace }: ServerContext,
  params: TextDocumentPositionParams,
): Promise<Target | undefined> {
  const document = workspace.document(params.textDocument.uri);
  if (!document) return undefined;
  const analysis = await workspace.analysisOf(document.uri);
  const { position } = params;
  const word = occurrenceAt(document.source.lines[position.line], position.character);
  return analysis && word ? { document, analysis, position, word } : undefined;
}
