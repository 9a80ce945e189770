import { csrNamed, registerNamed } from '../../isa';
import { isMnemonic } from '../encode/instructions';
import type { Diagnostic } from '../source/diagnostic';
import type { SourceText } from '../syntax/source';

/** Problems of a file that is not there, which stay what they are. */
const ofFiles: ReadonlySet<string> = new Set([
  'include-missing',
  'incbin-missing',
  'incbin-unbuilt',
  'include',
  'include-depth',
  'file',
  'march',
]);

/** Problems that a statement has whatever a missing file would have defined, where all its words are known. */
const ofStatements: ReadonlySet<string> = new Set([
  'operand-count',
  'operands',
  'operand',
  'operand-range',
  'invalid-expression',
  'misplaced-relocation',
  'junk',
]);

/**
 * What is said of a source whose macros are not all known, since a file that it includes is missing, or since nobody says with which options
 * it is assembled. A word may be the name of a macro then, a condition may be another: what may follow from that is a hint.
 */
export function softened(
  diagnostics: readonly Diagnostic[],
  sourceOf: (file: string) => SourceText | undefined,
): Diagnostic[] {
  return diagnostics.map((diagnostic) => {
    const { severity, code, file, range } = diagnostic;
    if ((severity !== 'error' && severity !== 'warning') || ofFiles.has(code)) return diagnostic;
    const text = ofStatements.has(code) ? sourceOf(file)?.lines[range.start.line]?.text : undefined;
    return text !== undefined && hasKnownWords(text) ? diagnostic : { ...diagnostic, severity: 'hint' };
  });
}

/**
 * What is said of a source of which nobody states how it is assembled: that a build has not made a file yet, whose bytes nothing else depends
 * on, is a warning.
 */
export function unbuiltSoftened(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics.map((diagnostic) =>
    diagnostic.code === 'incbin-unbuilt' ? { ...diagnostic, severity: 'warning' } : diagnostic,
  );
}

/** Whether the words of a line are instructions, registers and numbers only. */
function hasKnownWords(line: string): boolean {
  const words = line.replace(/(#|\/\/|\/\*).*$/, '').match(/[\w.$]+/g) ?? [];
  return words.every(
    (word) => /^\d/.test(word) || isMnemonic(word) || registerNamed(word) !== undefined || csrNamed(word) !== undefined,
  );
}
