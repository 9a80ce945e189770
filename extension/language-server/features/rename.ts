import { ErrorCodes, ResponseError, type ServerCapabilities, type TextEdit } from 'vscode-languageserver';
import { csrNamed, registerNamed } from '../../../simulator/isa';
import { answering } from '../answering';
import type { ServerContext } from '../context';
import { directiveTable, isMnemonic, type SourceText } from '../ide/assembly';
import { bareParametersOf } from '../ide/bare-parameters';
import { macroAround } from '../ide/blocks';
import { meaningOf } from '../ide/meaning';
import { digitsOf } from '../ide/numeric-labels';
import { type Occurrence, occurrencesOf } from '../ide/occurrences';
import { lineRange } from '../locations';
import { type Target, targetOf } from './target';

const renamed: ReadonlySet<Occurrence['kind']> = new Set(['symbol', 'call', 'define', 'parameter', 'numeric-label']);

/** Renames symbols, macros and their parameters, preprocessor names and numeric labels, in every file of the program. */
export function registerRename(context: ServerContext): ServerCapabilities {
  const { connection, workspace } = context;
  connection.onPrepareRename(
    answering(async (params) => {
      const target = await targetOf(context, params);
      if (!target || !renamed.has(target.word.kind)) return null;
      const { document, analysis, position, word } = target;
      if (analysis.definitionsOf(word, document.key, position.line).length === 0) return null;
      const { start, end, placeholder } = nameIn(word);
      return { range: lineRange(position.line, start, end), placeholder };
    }),
  );
  connection.onRenameRequest(
    answering(async (params) => {
      const { newName } = params;
      if (typeof newName !== 'string') throw refusal('"newName" must be a text');
      const target = await targetOf(context, params);
      if (!target || !renamed.has(target.word.kind))
        throw refusal('only symbols, numeric labels, macros, their parameters and #define names can be renamed');
      const { document, analysis, position, word } = target;
      const problem = problemWith(newName, target);
      if (problem) throw refusal(problem);
      const changes: Record<string, TextEdit[]> = {};
      for (const { key, line, occurrence } of analysis.same(word, document.key, position.line)) {
        const uri = workspace.uriOf(key);
        const { start, end } = nameIn(occurrence);
        const edits = changes[uri] ?? [];
        edits.push({ range: lineRange(line, start, end), newText: newName });
        changes[uri] = edits;
      }
      return { changes };
    }),
  );
  return { renameProvider: { prepareProvider: true } };
}

/** The part of a word that is its name: not the backslash of a parameter, nor the direction of `1f`. */
function nameIn({ kind, name, start, end, definition }: Occurrence): {
  start: number;
  end: number;
  placeholder: string;
} {
  if (kind === 'numeric-label' && !definition) {
    const placeholder = name.replace(/[fb]$/, '');
    return { start, end: start + placeholder.length, placeholder };
  }
  return kind === 'parameter'
    ? { start: end - name.length, end, placeholder: name }
    : { start, end, placeholder: name };
}

function refusal(message: string): ResponseError<void> {
  return new ResponseError(ErrorCodes.InvalidParams, message);
}

/** Why a word cannot get this name; undefined when it can. */
function problemWith(newName: string, target: Target): string | undefined {
  const { document, analysis, position, word } = target;
  if (newName === nameIn(word).placeholder) return undefined;
  if (word.kind === 'numeric-label') return problemWithNumber(newName, target);
  const meaning = meaningOf(analysis, word, document.key, position.line);
  const pattern = meaning.kind === 'define' ? /^[A-Za-z_]\w*$/ : /^[A-Za-z_.$][\w.$]*$/;
  if (!pattern.test(newName)) return `'${newName}' is no name`;
  if (meaning.kind === 'parameter') return problemWithParameter(newName, document.source, position.line);
  if (registerNamed(newName)) return `'${newName}' is a register`;
  if (csrNamed(newName)) return `'${newName}' is a CSR`;
  if (meaning.kind === 'macro') {
    if (isMnemonic(newName.toLowerCase())) return `'${newName}' is an instruction`;
    if (directiveTable.has(newName.toLowerCase())) return `'${newName}' is a directive`;
  }
  const taken = analysis.same({ ...word, name: newName }, document.key, position.line).length > 0;
  return taken ? `'${newName}' is in use already` : undefined;
}

function problemWithParameter(newName: string, source: SourceText, line: number): string | undefined {
  const macro = macroAround(source, line);
  if (!macro) return undefined;
  // Where a parameter needs no backslash, any other word of its name would become one.
  const isBare = bareParametersOf(source, macro).size > 0;
  const words = source.lines.slice(macro.first, macro.last + 1).flatMap((text) => occurrencesOf(text));
  const taken = words.filter(({ kind, name }) => (isBare || kind === 'parameter') && name === newName);
  if (taken.length === 0) return undefined;
  return taken.some(({ kind }) => kind === 'parameter')
    ? `the macro has a parameter '${newName}' already`
    : `'${newName}' is something else in the macro, and would become the parameter`;
}

/**
 * A numeric label can have another number when nothing of that number stands between it and its uses: otherwise the label, or one of
 * its uses, would come to mean another one.
 */
function problemWithNumber(newName: string, { document, analysis, position, word }: Target): string | undefined {
  if (!/^\d{1,9}$/.test(newName)) return `a numeric label must stay a number: '${newName}' is none`;
  const digits = String(Number(newName));
  if (digits !== newName) return `write the number without leading zeros: ${digits}`;
  const numbers = analysis.same(word, document.key, position.line).map(({ line }) => line);
  const { lines } = document.source;
  // Uses of the new number outside of the label's reach are captured too when they look past its other labels.
  const taken = (number: number): boolean =>
    occurrencesOf(lines[number]!).some((o) => o.kind === 'numeric-label' && digitsOf(o) === digits);
  for (let number = Math.min(...numbers); number <= Math.max(...numbers); number++) {
    if (lines[number]!.text.includes(digits) && taken(number))
      return `'${digits}' is in use in line ${number + 1}: a label or jump there would mean another one`;
  }
  const reaching = captured(lines, Math.min(...numbers), Math.max(...numbers), digits);
  return reaching === undefined
    ? undefined
    : `'${digits}' is used in line ${reaching + 1}: it would come to mean this label`;
}

/** A `Nf` above or a `Nb` below that looks across these lines for its label. */
function captured(lines: SourceText['lines'], first: number, last: number, digits: string): number | undefined {
  const look = (from: number, step: 1 | -1, direction: 'f' | 'b'): number | undefined => {
    for (let number = from; number >= 0 && number < lines.length; number += step) {
      if (!lines[number]!.text.includes(digits)) continue;
      const words = occurrencesOf(lines[number]!).filter((o) => o.kind === 'numeric-label' && digitsOf(o) === digits);
      if (step < 0) words.reverse();
      for (const { definition, name } of words) {
        if (definition) return undefined;
        if (name.endsWith(direction)) return number;
      }
    }
    return undefined;
  };
  return look(first - 1, -1, 'f') ?? look(last + 1, 1, 'b');
}
