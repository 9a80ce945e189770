import type { Diagnostic } from 'vscode-languageserver';
import { isRecord } from '../../../../simulator/schema/record';
import type { Fix } from './fix';

/** A misspelt word: the words that it may have been. */
export function fixMisspelt(diagnostic: Diagnostic): readonly Fix[] {
  return suggestionsOf(diagnostic).map((word) => ({
    title: `Change to '${word}'`,
    edits: [{ range: diagnostic.range, newText: word }],
  }));
}

/** What the checker put into the diagnostic; the client gives it back. */
function suggestionsOf({ data }: Diagnostic): string[] {
  const suggestions: unknown = isRecord(data) ? data['suggestions'] : undefined;
  return Array.isArray(suggestions) ? suggestions.filter((word) => typeof word === 'string') : [];
}
