import { assembleInstruction, mnemonicNames } from '../encode/instructions';
import type { ColumnRun, Define } from '../preprocess/macros';
import {
  type IncludedBefore,
  Preprocessor,
  type PreprocessorHost,
  plainText,
  type ReadLine,
} from '../preprocess/preprocessor';
import { didYouMean, nearest } from '../source/diagnostic';
import type { Frame, SourceSpan } from '../source/frames';
import { parseExpression } from '../syntax/expression';
import { joinLines } from '../syntax/joined-lines';
import { isDigit, Lexer, TokenKind } from '../syntax/lexer';
import type { SourceText } from '../syntax/source';
import type { Label, Line, Statement } from '../syntax/statement';
import type { Section } from '../unit/symbols-and-sections';
import type { Unit } from '../unit/unit';
import { Conditionals } from './conditionals';
import { blockChange, directiveNamed, directiveNames } from './directives';
import { assignment } from './directives/symbols';
import type { ExpansionHost } from './expansion-host';
import type { FileAccess } from './file-access';
import { foreignInstruction } from './foreign-instructions';
import {
  type Arguments,
  type BodyLine,
  bindArguments,
  bodyLine,
  expandLine,
  labelsLine,
  localNames,
  type Macro,
  type MacroStyle,
  plainStyle,
  scrub,
  unchangedLine,
} from './macros';
import { spelledElsewhere } from './other-spellings';

/** Where lines come from: a file, a macro body, or a repeated block. */
interface Input {
  readonly kind: 'file' | 'macro' | 'repeat';
  /** The line being worked on and its next statement. */
  line: Line | undefined;
  statement: number;
  frame: Frame;
  frameIndex: number;
  lineNumber: number;
  column: number;
  lineLength: number;
  /** Where columns of a line that the preprocessor changed come from. */
  columns: readonly ColumnRun[] | undefined;
  /** Where each further source line begins in the text of a line that was made of several. */
  breaks: readonly number[] | undefined;
  /** Moves to the next line; false at the end. */
  advance(input: Input): boolean;
}

const maximumDepth = 200;
/** GNU as keeps the number in a C int. */
const largestNumericLabel = 0x7fff_ffff;
/**
 * What expansions may cost in one unit, in plain statements; those that conditions skip cost little and do not count. What is kept
 * as an object of its own until the source ends (a relocation, a part of variable size, a symbol) costs as much memory as many
 * statements, and a problem as much time.
 */
const maximumEffort = 4_000_000;
const effortOfObject = 24;
/** Characters of lines that come from expansions, skipped ones too. */
const maximumCharacters = 200_000_000;

/** A statement of a macro body or repeated block as it is assembled, with the expansions that led to it; `calls` says that it is a macro call. */
export type ExpansionTrace = (statement: Statement, frame: Frame, calls: boolean) => void;

/** Runs a unit's statements in order: reads files, expands macros and repeats, skips inactive parts. */
export class Expander implements ExpansionHost {
  readonly macros = new Map<string, Macro>();
  /** Of the unit's first file; absent where that is not preprocessed. */
  preprocessor: Preprocessor | undefined;
  /** Every macro that was ever defined, purged ones too. */
  readonly definedMacros: Macro[] = [];
  readonly conditionals = new Conditionals();
  readonly #inputs: Input[] = [];
  /** What was found near to words that are no mnemonics and no directives, with how many macros there were. */
  readonly #near = new Map<string, { readonly words: readonly string[]; readonly macros: number }>();
  #effort = 0;
  #characters = 0;
  #stopped = false;
  #locals = 0;
  alternate = false;

  constructor(
    readonly unit: Unit,
    readonly files: FileAccess,
    readonly defines: ReadonlyMap<string, Define>,
    readonly trace?: ExpansionTrace,
  ) {}

  /** Begins with a source; `advance` assembles it and all that it includes. */
  start(source: SourceText, before: readonly IncludedBefore[] = []): void {
    this.#pushFile(source, this.unit.location.frame, before);
  }

  /** Goes on for about `steps` statements and lines; false when all is done. */
  advance(steps: number): boolean {
    const { unit } = this;
    for (let input = this.#inputs.at(-1); input && !this.#stopped && !unit.ended; input = this.#inputs.at(-1)) {
      if (--steps < 0) return true;
      const statement = input.line?.statements[input.statement];
      if (statement) {
        input.statement++;
        this.#locate(input);
        this.#assemble(statement, input);
      } else if (!input.advance(input)) {
        this.#inputs.pop();
        this.conditionals.close(unit, this.#inputs.length, this.#stopped);
      }
    }
    this.conditionals.close(unit, 0, unit.ended || this.#stopped);
    unit.end();
    for (const { span } of unit.frameInfo.open.values())
      unit.report('error', 'cfi', '.cfi_startproc without .cfi_endproc', span);
    return false;
  }

  #locate(input: Input): void {
    const { unit } = this;
    unit.location.frame = input.frame;
    unit.location.frameIndex = input.frameIndex;
    unit.location.line = input.lineNumber;
    unit.location.column = input.column;
    unit.location.lineLength = input.lineLength;
    unit.location.columns = input.columns;
    unit.location.breaks = input.breaks;
    unit.location.text = input.line!.text;
  }

  #assemble(statement: Statement, input: Input): void {
    const { unit } = this;
    // What a condition skips, it skips to its end: GNU as looks for .else and .endif at the beginning of statements only.
    if (!this.conditionals.active && statement.labels.length > 0) return;
    for (const label of statement.labels) this.#defineLabel(label.name, label.numeric, label.start, label.end);
    if (
      statement.text.charCodeAt(statement.start) === 0x2e &&
      this.conditionals.handle(unit, statement, this.#inputs.length)
    )
      return;
    if (!this.conditionals.active) return;
    if (input.kind !== 'file' && this.#effort > maximumEffort) {
      const message = 'macros and repeats expand to more than is reasonable';
      unit.error('expansion-too-large', message, statement.start, statement.end);
      this.#stopped = true;
      return;
    }
    if (this.trace && input.kind !== 'file') this.trace(statement, input.frame, this.macros.has(statement.key));
    const { section } = unit;
    const { length } = section;
    const parts = section.parts.length;
    const made = madeIn(section, unit);
    switch (statement.kind) {
      case 'command':
        this.#command(statement);
        break;
      case 'assignment':
        assignment(unit, statement);
        break;
      case 'invalid': {
        const junk = statement.text.slice(statement.start, statement.end);
        const message = `a label, an instruction or a directive is expected here, not '${junk.slice(0, 40)}'`;
        unit.error('statement', message, statement.start, statement.end);
        break;
      }
    }
    if (section.length !== length || section.parts.length !== parts) {
      const { start } = unit.span(statement.start, statement.end);
      section.rows.push(length, parts, input.frameIndex, input.lineNumber, start);
    }
    if (input.kind !== 'file') this.#effort += 1 + effortOfObject * (madeIn(section, unit) - made);
  }

  #defineLabel(name: string, numeric: boolean, start: number, end: number): void {
    const { unit } = this;
    if (!numeric && isDigit(name.charCodeAt(0)) && unit.location.text.charCodeAt(start) !== 0x22) {
      unit.error(
        'label',
        `'${name}' is no label: a name begins with a letter, numeric labels have digits only`,
        start,
        end,
      );
      return;
    }
    if (numeric && Number(name) > largestNumericLabel) {
      unit.error('label', `'${name}' is too large for a label: the largest is ${largestNumericLabel}`, start, end);
      return;
    }
    const symbol = numeric ? unit.symbols.defineNumeric(Number(name)) : unit.symbols.named(name);
    unit.defineLabel(symbol, start, end);
  }

  #command(statement: Statement): void {
    const { unit } = this;
    const { key } = statement;
    const directive = key.charCodeAt(0) === 0x2e ? directiveNamed(key) : undefined;
    if (directive) {
      if (key === '.insn' && unit.lineInfo.pending) unit.lineInfo.mark(unit.section, unit.here());
      directive.run(unit, statement, this);
      return;
    }
    const macro = this.macros.get(key);
    if (macro) {
      this.#call(macro, statement);
      return;
    }
    if (unit.lineInfo.generated) unit.markLine();
    if (unit.lineInfo.pending) unit.lineInfo.mark(unit.section, unit.here());
    if (assembleInstruction(unit, statement)) return;
    this.#unknown(statement);
  }

  #unknown(statement: Statement): void {
    const { name, key, start } = statement;
    const end = start + name.length;
    if (key.startsWith('.')) {
      const suggestions = this.#nearest(key, directiveNames);
      const message = `unknown directive '${name}'${didYouMean(suggestions)}`;
      this.unit.error('unknown-directive', message, start, end, suggestions);
      return;
    }
    const foreign = foreignInstruction(key);
    if (foreign) {
      this.unit.error('unknown-instruction', `'${name}' is of ${foreign}, which is not known here yet`, start, end);
      return;
    }
    const suggestions = this.#nearest(key, mnemonicNames);
    const message = `unknown instruction '${name}'${didYouMean(suggestions)}`;
    this.unit.error('unknown-instruction', message, start, end, suggestions);
  }

  #nearest(key: string, names: () => Iterable<string>): readonly string[] {
    // Nobody reads more, and to look for near names takes long.
    if (this.unit.problems.saturated) return [];
    const elsewhere = spelledElsewhere(key);
    if (elsewhere.length > 0) return elsewhere;
    // A repeat may ask for the same one a million times.
    const known = this.#near.get(key);
    if (known && known.macros === this.macros.size) return known.words;
    const words = nearest(key, [...names(), ...this.macros.keys()]);
    this.#near.set(key, { words, macros: this.macros.size });
    return words;
  }

  // Inputs

  #pushFile(source: SourceText, frame: Frame, before: readonly IncludedBefore[] = []): void {
    const { unit } = this;
    if (!source.preprocessed) {
      let next = 0;
      this.#push('file', frame, (input) => {
        if (next >= source.lines.length) return false;
        const joined = source.joined(next);
        const line = joined?.line ?? source.lines[next]!;
        input.line = line;
        input.breaks = joined?.breaks;
        input.statement = 0;
        input.lineNumber = next;
        next += 1 + (joined?.breaks.length ?? 0);
        if (line.slashComment >= 0) this.#slashComment(input, line.slashComment);
        return true;
      });
      return;
    }
    const host: PreprocessorHost = {
      isIncomplete: () => this.files.isIncomplete,
      include: (path, fromFile, angled, next) => this.files.source(path, fromFile, true, angled, next),
      miss: (path, fromFile, angled, next) => this.files.miss(path, fromFile, angled, next),
      report: (severity, code, message, at, line, start, end) =>
        unit.report(severity, code, message, { frame: at, line, start, end }),
      change: (at, line, before, after) => unit.inactive.change(at, line, before, after),
      addFrame: (included) => unit.frames.push(included),
    };
    const preprocessor = new Preprocessor(source, frame, this.defines, host, before);
    this.preprocessor ??= preprocessor;
    this.#push('file', frame, (input) => {
      const read = preprocessor.next();
      if (!read) return false;
      const joined = read.line.continues === 'string' ? joinStringLines(read, preprocessor) : undefined;
      input.line = joined?.line ?? read.line;
      input.breaks = joined?.breaks ?? read.breaks;
      input.statement = 0;
      input.lineNumber = read.number;
      input.lineLength = read.changedLength;
      input.columns = read.columns;
      if (input.frame !== read.frame) {
        input.frame = read.frame;
        input.frameIndex = unit.frames.lastIndexOf(read.frame);
      }
      return true;
    });
  }

  #slashComment(input: Input, column: number): void {
    const { frame, lineNumber: line } = input;
    const message = "GNU as takes '//' comments only in preprocessed sources (.S); '#' starts a comment here";
    if (this.conditionals.active) {
      this.unit.report('error', 'slash-comment', message, { frame, line, start: column, end: input.line!.text.length });
    }
  }

  #push(kind: Input['kind'], frame: Frame, advance: Input['advance']): Input {
    const { unit } = this;
    // The root's frame is there from the start, an expansion's is new.
    const frameIndex = frame === unit.frames[0] ? 0 : unit.frames.push(frame) - 1;
    const input: Input = {
      kind,
      line: undefined,
      statement: 0,
      frame,
      frameIndex,
      lineNumber: 0,
      column: 0,
      lineLength: -1,
      columns: undefined,
      breaks: undefined,
      advance,
    };
    this.#inputs.push(input);
    return input;
  }

  /** Whether another input may be opened; reports when they are too deep. */
  #mayNest(statement: Statement, what: string): boolean {
    if (this.#inputs.length < maximumDepth) return true;
    const end = statement.start + statement.name.length;
    this.unit.error('nesting', `${what} nested more than ${maximumDepth} deep`, statement.start, end);
    this.#stopped = true;
    return false;
  }

  /** The frame of an expansion that the current statement calls. */
  #innerFrame(kind: Frame['kind'], file: string, statement: Statement, macro?: Macro): Frame {
    const { frame, line, start, end } = this.unit.span(statement.start, statement.end);
    return {
      kind,
      file,
      name: macro?.name,
      parameters: macro?.parameters,
      parent: frame,
      line,
      column: start,
      endColumn: end,
      depth: frame.depth + 1,
    };
  }

  include(source: SourceText, statement: Statement): void {
    if (!this.#mayNest(statement, 'files')) return;
    this.#pushFile(source, this.#innerFrame('include', source.path, statement));
  }

  isDirective(name: string): boolean {
    return directiveNamed(name) !== undefined;
  }

  define(macro: Macro): void {
    this.macros.set(macro.name.toLowerCase(), macro);
    this.definedMacros.push(macro);
  }

  purge(name: string): boolean {
    return this.macros.delete(name.toLowerCase());
  }

  #call(macro: Macro, statement: Statement): void {
    const { unit } = this;
    const text = scrub(statement.operandText);
    const values = text.includes('\n')
      ? { message: `the arguments of macro '${macro.name}' end with their line: a string there has no closing quote` }
      : bindArguments(macro, text, this.style(statement));
    if ('message' in values) {
      unit.error(
        'macro-arguments',
        values.message,
        statement.start,
        Math.max(statement.end, statement.start + statement.name.length),
      );
      return;
    }
    if (!this.#mayNest(statement, 'macros')) return;
    const frame = this.#innerFrame('macro', macro.file, statement, macro);
    this.#pushBody('macro', frame, macro.body, [values], unit.expansions++);
  }

  repeat(body: readonly BodyLine[], rounds: readonly Arguments[] | number, statement: Statement): void {
    if (body.length === 0 || !this.#mayNest(statement, 'repeats')) return;
    const frame = this.#innerFrame('repeat', this.unit.location.frame.file, statement);
    this.#pushBody('repeat', frame, body, rounds, this.unit.expansions);
  }

  #pushBody(
    kind: 'macro' | 'repeat',
    frame: Frame,
    body: readonly BodyLine[],
    rounds: readonly Arguments[] | number,
    serial: number,
  ): void {
    let next = 0;
    let round = 0;
    const count = typeof rounds === 'number' ? rounds : rounds.length;
    const { alternate } = this;
    const locals = (at: BodyLine): string[] | undefined =>
      alternate && kind === 'macro' ? localNames(at.text) : undefined;
    const take = (): BodyLine | undefined => {
      if (next >= body.length) {
        next = 0;
        round++;
      }
      return round < count ? body[next++] : undefined;
    };
    this.#push(kind, frame, (input) => {
      let line = take();
      while (
        line &&
        !line.structural &&
        !alternate &&
        !this.conditionals.active &&
        ++this.#characters < maximumCharacters
      )
        line = take();
      if (!line) return false;
      // `LOCAL` gives names of their own to this call; the line itself is gone.
      for (let names = locals(line); names; names = line && locals(line)) {
        this.#bindLocals(names, rounds, round, line!);
        line = body[next++];
        if (!line) return false;
      }
      // Plain repetition takes the text as it is; only macros and lists of values substitute in it.
      const values = typeof rounds === 'number' ? undefined : rounds[round]!;
      const expanded = values ? expandLine(line, values, serial, alternate) : unchangedLine(line);
      this.#characters += expanded ? expanded.parsed.text.length + 1 : maximumCharacters;
      if (!expanded || this.#characters > maximumCharacters) {
        const message = 'macros and repeats expand to more text than is reasonable';
        const span = { frame, line: line.line, start: line.column, end: line.column + line.text.length };
        this.unit.report('error', 'expansion-too-large', message, span);
        this.#stopped = true;
        return false;
      }
      const { parsed, changed } = expanded;
      input.line = parsed;
      input.statement = 0;
      input.lineNumber = line.line;
      input.column = line.column;
      input.lineLength = changed ? line.text.length : -1;
      return true;
    });
  }

  /** Gives each name of a `LOCAL` line a label that no other call has. */
  #bindLocals(names: readonly string[], rounds: readonly Arguments[] | number, round: number, line: BodyLine): void {
    const values = typeof rounds === 'number' ? undefined : rounds[round];
    for (const name of names) {
      if (values?.has(name)) {
        const message = `'${name}' is a parameter, or local, already`;
        const { frame } = this.unit.location;
        const span = { frame, line: line.line, start: line.column, end: line.column + line.text.length };
        this.unit.report('error', 'duplicate-local', message, span);
      } else values?.set(name, `.LL${(++this.#locals).toString(16).padStart(4, '0')}`);
    }
  }

  style(statement: Statement): MacroStyle {
    return this.alternate ? alternateStyle(this.unit, statement) : plainStyle;
  }

  exit(): boolean {
    const input = this.#inputs.at(-1);
    if (!input || input.kind === 'file') return false;
    this.#inputs.pop();
    this.conditionals.close(this.unit, this.#inputs.length, true);
    return true;
  }

  collect(kind: 'macro' | 'repeat'): readonly BodyLine[] | undefined {
    const { unit } = this;
    const input = this.#inputs.at(-1)!;
    const body: BodyLine[] = [];
    let depth = 0;
    for (;;) {
      const statement = input.line?.statements[input.statement];
      if (!statement) {
        if (!input.advance(input)) return undefined;
        continue;
      }
      input.statement++;
      const change = statement.labels.every(isPlainName) ? blockChange(kind, statement.key) : 0;
      if (change < 0 && depth === 0) {
        if (statement.labels.length > 0) body.push(labelsLine(statement, input.lineNumber, input.column));
        if (statement.key === '.endmacro') {
          const message = "GNU as has no '.endmacro', and takes what follows for more of the macro: write '.endm'";
          unit.report('error', 'endmacro', message, spanAt(input, statement), ['.endm']);
        }
        return body;
      }
      depth += change;
      body.push(bodyLine(statement, input.lineNumber, input.column));
    }
  }
}

/** The name of a statement that is read, and not assembled. */
function spanAt({ frame, lineNumber, column }: Input, { start, name }: Statement): SourceSpan {
  return { frame, line: lineNumber, start: column + start, end: column + start + name.length };
}

/** Whether GNU as sees what stands behind a label in the body of a macro or repetition: not behind numbers, quotes and parameters. */
function isPlainName({ name, numeric, start, end }: Label): boolean {
  return !numeric && end - start === name.length && !name.includes('\\');
}

/** How much a source has had made in a section that is kept as objects, and problems. */
function madeIn(section: Section, { symbols, problems }: Unit): number {
  return section.fixups.length + section.parts.length + symbols.made + problems.reports;
}

/** A line with the lines of the preprocessor, to which strings end with their lines, that its last string goes on in. */
function joinStringLines(read: ReadLine, preprocessor: Preprocessor): ReturnType<typeof joinLines> {
  return joinLines(read.line, false, () => {
    const following = preprocessor.next(true)?.line;
    return following && plainText(following);
  });
}

/** The style of .altmacro: `%` evaluates an expression. */
function alternateStyle(unit: Unit, statement: Statement): MacroStyle {
  return {
    alternate: true,
    evaluate: (text, position) => {
      const lexer = new Lexer(text, position);
      lexer.next();
      const expression = parseExpression(lexer);
      const known = unit.valueNow(expression);
      if (known === undefined) {
        const message = "'%' needs an expression whose value is known here";
        unit.error('not-constant', message, statement.operandsStart, statement.end);
      }
      return { text: String(known ?? 0), end: lexer.kind === TokenKind.End ? text.length : lexer.start };
    },
  };
}
