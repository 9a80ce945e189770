import { clipped, type Diagnostic, didYouMean, type Severity } from '../assembler/source/diagnostic';
import { rangeOf, relatedCalls } from '../assembler/source/frames';
import type { Integer } from '../object/bytes/integer';
import type { ObjectFile, ObjectPosition, ObjectSymbol, Relocation } from '../object/elf/relocatable';
import { scriptDiagnostic } from './scripts/parser';
import type { ScriptPlace } from './scripts/syntax';
import type { InputSection } from './sections/sections';

/** How an undefined symbol is reported: as an error, or as a hint when nothing says what else is linked. */
export type UndefinedSeverity = Extract<Severity, 'error' | 'hint'>;

/** More problems than these are as good as all of them. */
const mostDiagnostics = 1000;

/** What is wrong in a link, with the places that it comes from. */
export class LinkReporter {
  readonly diagnostics: Diagnostic[] = [];

  constructor(
    readonly objects: readonly ObjectFile[],
    readonly undefinedSeverity: UndefinedSeverity,
  ) {}

  get isFull(): boolean {
    return this.diagnostics.length >= mostDiagnostics;
  }

  add(diagnostic: Diagnostic): void {
    if (!this.isFull) this.diagnostics.push(diagnostic);
  }

  /** A problem of the link as a whole. */
  general(code: string, message: string, severity: 'error' | 'warning' = 'error'): void {
    this.#at(severity, code, message, undefined, this.objects[0]?.path ?? '');
  }

  /** A problem of an object as a whole. */
  object(object: ObjectFile, code: string, message: string): void {
    this.#at('error', code, message, undefined, object.path);
  }

  script(
    place: ScriptPlace | undefined,
    message: string,
    code?: string,
    severity: 'error' | 'warning' = 'error',
  ): void {
    if (place?.file) this.add(scriptDiagnostic(place, message, severity, code));
    else this.general(code ?? 'linker-script', message, severity);
  }

  /** A problem at the place of a relocation. */
  relocation(input: InputSection, relocation: Relocation, code: string, message: string): void {
    this.#at('error', code, message, positionOf(input, relocation), input.file.path);
  }

  undefinedSymbol(
    input: InputSection,
    relocation: Relocation,
    suggestionsFor: (name: string) => readonly string[],
  ): void {
    const { name } = relocation.symbol;
    if (name === '' || this.isFull) return;
    const suggestions = suggestionsFor(name);
    const message = `symbol '${name}' is not defined${didYouMean(suggestions)}`;
    const position = positionOf(input, relocation);
    this.#at(this.undefinedSeverity, 'undefined-symbol', message, position, input.file.path, suggestions);
  }

  duplicate(symbol: ObjectSymbol, object: ObjectFile, known: ObjectSymbol, first: ObjectFile): void {
    const where = definitionOf(known, first);
    const related = {
      file: where?.origin.file ?? first.path,
      range: rangeOf(where?.origin.line ?? 0, where?.origin.column ?? 0, where?.endColumn ?? 0),
      message: 'first defined here',
    };
    const message = `symbol '${symbol.name}' is already defined in '${first.path}'`;
    this.#at('error', 'duplicate-symbol', message, definitionOf(symbol, object), object.path, [], [related]);
  }

  /** Code that counts on gp, in a program that never sets it up. */
  pointerNotSet(input: InputSection, relocation: Relocation): void {
    if (this.diagnostics.some(({ code }) => code === 'gp-not-set')) return;
    const message =
      "addresses are counted from gp here, and nothing sets gp: begin with 'la gp, __global_pointer$' under '.option norelax', or link with --no-relax";
    this.#at('warning', 'gp-not-set', message, positionOf(input, relocation), input.file.path);
  }

  /** Out of reach: how far it is, how far the instruction reaches, and what helps. */
  tooFar(input: InputSection, relocation: Relocation, distance: Integer, code: string, reach: string): void {
    const name = relocation.symbol.name ? `'${relocation.symbol.name}'` : 'the target';
    this.relocation(input, relocation, code, `${name} is ${distance} bytes away: ${reach}`);
  }

  #at(
    severity: Severity,
    code: string,
    message: string,
    position: ObjectPosition | undefined,
    path: string,
    suggestions: readonly string[] = [],
    related: NonNullable<Diagnostic['related']> = [],
  ): void {
    if (this.isFull) return;
    const origin = position?.origin ?? { file: path, line: 0, column: 0 };
    const { column = 0 } = origin;
    const all = [...related, ...relatedCalls(origin)];
    this.diagnostics.push({
      file: origin.file,
      range: rangeOf(origin.line, column, position?.endColumn ?? column),
      severity,
      code,
      message: clipped(message),
      ...(all.length > 0 ? { related: all } : {}),
      ...(suggestions.length > 0 ? { suggestions } : {}),
    });
  }
}

/** Where a relocation comes from: its own place, or the line of an object's line table. */
function positionOf(input: InputSection, relocation: Relocation): ObjectPosition | undefined {
  return relocation.position ?? lineAt(input.file, input.source, relocation.offset);
}

function definitionOf(symbol: ObjectSymbol, object: ObjectFile): ObjectPosition | undefined {
  if (symbol.definition) return symbol.definition;
  return typeof symbol.section === 'string' ? undefined : lineAt(object, symbol.section, Number(symbol.value));
}

function lineAt(object: ObjectFile, section: InputSection['source'], offset: number): ObjectPosition | undefined {
  const line = object.lines.find((row) => row.section === section && row.offset <= offset && offset < row.end);
  return line && { origin: line.origin, endColumn: line.origin.column ?? 0 };
}
