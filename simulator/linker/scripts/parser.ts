import { clipped, type Diagnostic } from '../../assembler/source/diagnostic';
import { rangeOf } from '../../assembler/source/frames';
import type { InputFile, LinkInput } from '../settings';
import { parseAssertion, parseExpression } from './expressions';
import { Scanner, ScriptError } from './scanner';
import { parseSectionBody } from './section-parser';
import type {
  Assertion,
  Assignment,
  BinaryOperator,
  LinkerScript,
  MemoryRegion,
  OutputDescription,
  ProgramHeader,
  ScriptExpression,
  ScriptPlace,
  ScriptStatement,
} from './syntax';

/** Gives the text of an INCLUDEd file; undefined when it is not there. */
export type IncludeScript = (path: string) => { readonly file: string; readonly text: string } | undefined;

export interface ParsedScript {
  readonly script: LinkerScript;
  readonly diagnostics: readonly Diagnostic[];
}

const deepestInclude = 10;
const assignmentOperators: readonly (readonly [string, BinaryOperator])[] = [
  ['<<=', '<<'],
  ['>>=', '>>'],
  ['+=', '+'],
  ['-=', '-'],
  ['*=', '*'],
  ['/=', '/'],
  ['&=', '&'],
  ['|=', '|'],
];

/** Commands that are about libraries, formats and search paths, which play no part here. */
const acceptedCommands = [
  'OUTPUT_FORMAT',
  'OUTPUT_ARCH',
  'OUTPUT',
  'TARGET',
  'MAP',
  'LD_FEATURE',
  'NOCROSSREFS_TO',
  'NOCROSSREFS',
];
const acceptedWords = ['FORCE_COMMON_ALLOCATION', 'FORCE_GROUP_ALLOCATION'];
/** What scripts may say that is not done here. */
const refusedCommands: Readonly<Record<string, string>> = {
  OVERLAY: 'sections cannot share their addresses here',
  OVERWRITE_SECTIONS: 'say what goes into an output section in SECTIONS',
  INSERT: 'a script replaces the default one as a whole here',
  VERSION: 'symbol versions are for shared libraries',
  INHIBIT_COMMON_ALLOCATION: 'common symbols are always allocated here',
};

export const scriptErrorCode = 'linker-script';

/** A problem of a script as a diagnostic. */
export function scriptDiagnostic(
  place: ScriptPlace,
  message: string,
  severity: Diagnostic['severity'] = 'error',
  code = scriptErrorCode,
): Diagnostic {
  const { file, line, column, endColumn } = place;
  return { file, range: rangeOf(line, column, endColumn), severity, code, message: clipped(message) };
}

/** Reads a linker script. Never throws: what is wrong becomes a diagnostic, and reading goes on after it. */
export function parseScript(file: string, text: string, include: IncludeScript = () => undefined): ParsedScript {
  const parser = new ScriptParser(include);
  parser.read(new Scanner(file, text));
  return { script: parser.script(), diagnostics: parser.diagnostics };
}

export class ScriptParser {
  readonly diagnostics: Diagnostic[] = [];
  readonly #statements: ScriptStatement[] = [];
  readonly #regions: MemoryRegion[] = [];
  readonly #aliases = new Map<string, string>();
  readonly #headers: ProgramHeader[] = [];
  readonly #externs: string[] = [];
  readonly #inputs: LinkInput[] = [];
  readonly #libraryPaths: string[] = [];
  #entry: string | undefined;
  #depth = 0;

  constructor(readonly include: IncludeScript) {}

  script(): LinkerScript {
    return {
      statements: this.#statements,
      regions: this.#regions,
      aliases: this.#aliases,
      headers: this.#headers,
      entry: this.#entry,
      startsStated: [],
      externs: this.#externs,
      inputs: this.#inputs,
      libraryPaths: this.#libraryPaths,
    };
  }

  read(scanner: Scanner): void {
    while (!scanner.atEnd) this.guard(scanner, () => this.#command(scanner));
  }

  /** Reads one thing; when it is wrong, reports that and goes on after the next `;` or before the next brace. */
  guard(scanner: Scanner, read: () => void): void {
    const start = scanner.position;
    try {
      read();
    } catch (error) {
      if (!(error instanceof ScriptError)) throw error;
      this.diagnostics.push(scriptDiagnostic(error.place, error.message));
      recover(scanner);
    }
    // Whatever was written, reading goes forward.
    if (scanner.position === start) {
      scanner.position++;
      scanner.skipSpace();
    }
  }

  #command(scanner: Scanner): void {
    const start = scanner.position;
    if (scanner.take(';')) return;
    if (scanner.takeWord('SECTIONS')) this.#block(scanner, () => this.#sectionsItem(scanner));
    else if (scanner.takeWord('MEMORY')) this.#block(scanner, () => this.#region(scanner));
    else if (scanner.takeWord('PHDRS')) this.#block(scanner, () => this.#header(scanner));
    else if (scanner.takeWord('INCLUDE')) this.included(scanner, (inner) => this.read(inner));
    else if (scanner.takeWord('EXTERN')) this.#externs.push(...this.#nameList(scanner));
    else if (scanner.takeWord('REGION_ALIAS')) this.#alias(scanner);
    else if (scanner.takeWord('GROUP')) this.#inputs.push({ kind: 'group', inputs: this.#inputFiles(scanner) });
    else if (scanner.takeWord('INPUT') || scanner.takeWord('STARTUP')) this.#inputs.push(...this.#inputFiles(scanner));
    else if (scanner.takeWord('SEARCH_DIR')) this.#searchFolder(scanner);
    else if (acceptedWords.some((word) => scanner.takeWord(word))) return;
    else if (acceptedCommands.some((word) => scanner.takeWord(word))) skipParentheses(scanner);
    else {
      this.#refuse(scanner);
      const statement = this.statementAnywhere(scanner);
      if (statement) this.#statements.push(statement);
      else if (!this.#isEntry(scanner)) {
        scanner.position = start;
        throw scanner.error(`a command such as SECTIONS or ENTRY is expected here, not ${scanner.found()}`);
      }
    }
  }

  #refuse(scanner: Scanner): void {
    for (const [command, why] of Object.entries(refusedCommands)) {
      const place = scanner.here();
      if (!scanner.takeWord(command)) continue;
      if (scanner.at('(')) skipParentheses(scanner);
      throw new ScriptError(place, `'${command}' is not supported: ${why}`);
    }
  }

  #block(scanner: Scanner, item: () => void): void {
    scanner.require('{');
    while (!scanner.at('}')) {
      if (scanner.atEnd) throw scanner.error(`a '}' is missing at the end`);
      this.guard(scanner, item);
    }
    scanner.take('}');
  }

  #isEntry(scanner: Scanner): boolean {
    if (!scanner.takeWord('ENTRY')) return false;
    scanner.require('(');
    const name = scanner.requireName('plain', 'a symbol');
    // The first one counts, as for ld.
    this.#entry ??= name;
    scanner.require(')');
    return true;
  }

  /** An assignment or assertion; undefined when something else comes next. */
  statementAnywhere(scanner: Scanner): Assignment | Assertion | undefined {
    const start = scanner.position;
    if (scanner.takeWord('ASSERT')) {
      const assertion = parseAssertion(scanner, start);
      scanner.take(';');
      return assertion;
    }
    for (const [word, provide, hidden] of wrappers) {
      if (!scanner.takeWord(word)) continue;
      scanner.require('(');
      const name = scanner.requireName('symbol', 'a symbol');
      scanner.require('=');
      const value = parseExpression(scanner);
      scanner.require(')');
      scanner.take(';');
      return { kind: 'assignment', name, value, provide, hidden, place: scanner.placeFrom(start) };
    }
    const name = scanner.name('symbol');
    const assignment = name === undefined ? undefined : this.#assignment(scanner, name, start);
    if (!assignment) scanner.position = start;
    return assignment;
  }

  #assignment(scanner: Scanner, name: string, start: number): Assignment | undefined {
    const left: ScriptExpression = { kind: 'name', name, place: scanner.placeFrom(start) };
    const compound = assignmentOperators.find(([text]) => scanner.take(text));
    if (!compound && (scanner.at('==') || !scanner.take('='))) return undefined;
    const right = parseExpression(scanner);
    const place = scanner.placeFrom(start);
    const value: ScriptExpression = compound ? { kind: 'binary', operator: compound[1], left, right, place } : right;
    if (!scanner.take(';') && !scanner.take(','))
      throw scanner.error(`a ';' is expected at the end of the assignment, not ${scanner.found()}`);
    return { kind: 'assignment', name, value, provide: false, hidden: false, place };
  }

  #sectionsItem(scanner: Scanner): void {
    if (scanner.take(';')) return;
    if (scanner.takeWord('INCLUDE')) {
      this.included(scanner, (inner) => {
        while (!inner.atEnd) this.guard(inner, () => this.#sectionsItem(inner));
      });
      return;
    }
    if (this.#isEntry(scanner)) return;
    this.#refuse(scanner);
    const statement = this.statementAnywhere(scanner) ?? this.#output(scanner);
    this.#statements.push(statement);
  }

  #output(scanner: Scanner): OutputDescription {
    const start = scanner.position;
    const name = scanner.requireName('plain', 'an output section or an assignment');
    const place = scanner.placeFrom(start);
    const output = parseSectionBody(this, scanner, name, place);
    scanner.take(',');
    return output;
  }

  #region(scanner: Scanner): void {
    if (scanner.takeWord('INCLUDE')) {
      this.included(scanner, (inner) => {
        while (!inner.atEnd) this.guard(inner, () => this.#region(inner));
      });
      return;
    }
    const start = scanner.position;
    const name = scanner.requireName('plain', 'the name of a memory region');
    const place = scanner.placeFrom(start);
    let attributes = '';
    if (scanner.take('(')) {
      const close = scanner.text.indexOf(')', scanner.position);
      attributes = close < 0 ? '' : scanner.text.slice(scanner.position, close).toLowerCase();
      scanner.position += attributes.length;
      scanner.require(')');
      const wrong = /[^arwxli!\s]/.exec(attributes)?.[0];
      if (wrong) throw scanner.error(`'${wrong}' is no attribute of memory: r, w, x, a, i, l and ! are`);
    }
    scanner.require(':');
    const origin = this.#regionValue(scanner, ['ORIGIN', 'org', 'o']);
    scanner.take(',');
    const length = this.#regionValue(scanner, ['LENGTH', 'len', 'l']);
    scanner.take(',');
    this.#regions.push({ name, place, origin, length, attributes });
  }

  #regionValue(scanner: Scanner, words: readonly string[]): ScriptExpression {
    if (!words.some((word) => scanner.takeWord(word)))
      throw scanner.error(`'${words[0]} =' is expected here, not ${scanner.found()}`);
    scanner.require('=');
    return parseExpression(scanner);
  }

  #alias(scanner: Scanner): void {
    scanner.require('(');
    const start = scanner.position;
    const alias = scanner.requireName('plain', 'a name');
    if (this.#aliases.has(alias) || this.#regions.some(({ name }) => name === alias))
      throw new ScriptError(scanner.placeFrom(start), `there is a memory region '${alias}' already`);
    scanner.require(',');
    const place = scanner.here();
    const region = scanner.requireName('plain', 'a memory region');
    scanner.require(')');
    // An alias may name another.
    const meant = this.#aliases.get(region) ?? region;
    if (!this.#regions.some(({ name }) => name === meant))
      throw new ScriptError(place, `there is no memory region '${region}' that '${alias}' could be another name of`);
    this.#aliases.set(alias, meant);
  }

  #header(scanner: Scanner): void {
    const start = scanner.position;
    const name = scanner.requireName('plain', 'the name of a program header');
    const place = scanner.placeFrom(start);
    const type = this.#headerType(scanner);
    let address: ScriptExpression | undefined;
    let flags: ScriptExpression | undefined;
    let [fileHeader, programHeaders] = [false, false];
    while (!scanner.take(';')) {
      if (scanner.takeWord('FILEHDR')) {
        fileHeader = true;
        continue;
      }
      if (scanner.takeWord('PHDRS')) {
        programHeaders = true;
        continue;
      }
      const isAddress = scanner.takeWord('AT');
      if (!isAddress && !scanner.takeWord('FLAGS'))
        throw scanner.error(`FILEHDR, PHDRS, AT, FLAGS or ';' is expected here, not ${scanner.found()}`);
      scanner.require('(');
      const value = parseExpression(scanner);
      scanner.require(')');
      if (isAddress) address = value;
      else flags = value;
    }
    this.#headers.push({ name, place, type, fileHeader, programHeaders, address, flags });
  }

  /** `(start.o -lgcc AS_NEEDED(-lc))` */
  #inputFiles(scanner: Scanner): InputFile[] {
    const files: InputFile[] = [];
    let depth = 0;
    do {
      if (scanner.takeWord('AS_NEEDED') || depth === 0) {
        scanner.require('(');
        depth++;
      } else if (scanner.take(')')) depth--;
      else if (!scanner.take(',')) {
        const name = scanner.requireName('file', 'the name of a file');
        const library = /^-l(.+)$/.exec(name)?.[1];
        files.push({ kind: library === undefined ? 'file' : 'library', name: library ?? name, whole: false });
      }
    } while (depth > 0);
    return files;
  }

  #searchFolder(scanner: Scanner): void {
    scanner.require('(');
    // A leading `=` stands for the root of the target's files, which is none here.
    this.#libraryPaths.push(scanner.requireName('file', 'a folder').replace(/^=/, ''));
    scanner.require(')');
  }

  /** `PT_LOAD` and its like, or an expression. */
  #headerType(scanner: Scanner): ScriptExpression {
    const start = scanner.position;
    const value = parseExpression(scanner);
    if (value.kind !== 'name' || value.name === '.') return value;
    const type = headerTypes.indexOf(value.name);
    if (type >= 0) return { kind: 'number', value: BigInt(type), place: value.place };
    const gnu = gnuHeaderTypes[value.name];
    if (gnu !== undefined) return { kind: 'number', value: gnu, place: value.place };
    scanner.position = start;
    const known = [...headerTypes, ...Object.keys(gnuHeaderTypes)].join(', ');
    throw scanner.error(`'${value.name}' is no type of segments: ${known} and numbers are`);
  }

  #nameList(scanner: Scanner): string[] {
    const names: string[] = [];
    scanner.require('(');
    while (!scanner.take(')')) {
      names.push(scanner.requireName('symbol', 'a symbol'));
      scanner.take(',');
    }
    return names;
  }

  /** Reads an included file with the reader of the place where it is included. */
  included(scanner: Scanner, read: (inner: Scanner) => void): void {
    const start = scanner.position;
    const path = scanner.requireName('plain', 'the name of a file');
    const place = scanner.placeFrom(start);
    if (this.#depth >= deepestInclude)
      throw new ScriptError(place, `'${path}' is included too deeply: it includes itself`);
    const found = this.include(path);
    if (!found) {
      this.diagnostics.push(scriptDiagnostic(place, `the file '${path}' is not there`, 'error', 'file'));
      return;
    }
    this.#depth++;
    read(new Scanner(found.file, found.text));
    this.#depth--;
  }
}

const headerTypes: readonly string[] = [
  'PT_NULL',
  'PT_LOAD',
  'PT_DYNAMIC',
  'PT_INTERP',
  'PT_NOTE',
  'PT_SHLIB',
  'PT_PHDR',
  'PT_TLS',
];
const gnuHeaderTypes: Readonly<Record<string, bigint>> = {
  PT_GNU_EH_FRAME: 0x6474_e550n,
  PT_GNU_STACK: 0x6474_e551n,
  PT_GNU_RELRO: 0x6474_e552n,
  PT_GNU_PROPERTY: 0x6474_e553n,
};

const wrappers = [
  ['PROVIDE_HIDDEN', true, true],
  ['PROVIDE', true, false],
  ['HIDDEN', false, true],
] as const;

function recover(scanner: Scanner): void {
  while (!scanner.atEnd && !scanner.at(';') && !scanner.at('}') && !scanner.at('{')) scanner.position++;
  if (!scanner.take(';') && scanner.at('{')) skipBraces(scanner);
  scanner.skipSpace();
}

function skipBraces(scanner: Scanner): void {
  let depth = 0;
  do {
    if (scanner.at('{')) depth++;
    else if (scanner.at('}')) depth--;
    scanner.position++;
  } while (depth > 0 && !scanner.atEnd);
  scanner.skipSpace();
}

function skipParentheses(scanner: Scanner): void {
  scanner.require('(');
  const close = scanner.text.indexOf(')', scanner.position);
  if (close < 0) throw scanner.error(`a ')' is missing`);
  scanner.position = close;
  scanner.require(')');
}
