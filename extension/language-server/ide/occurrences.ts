import { csrNamed, instructionsNamed, registerNamed, roundingModeNames } from '../../../simulator/isa';
import { isMnemonic, Lexer, type Line, type Statement, TokenKind } from './assembly';
import { csrPlace } from './csr-operand';

/** What a word of a source is. */
export type OccurrenceKind =
  | 'instruction'
  | 'directive'
  /** The name of a statement that is neither: a macro, when there is one. */
  | 'call'
  | 'symbol'
  | 'numeric-label'
  | 'register'
  | 'csr'
  | 'number'
  | 'string'
  /** `%hi` and its like. */
  | 'relocation'
  /** `\name` in a macro body, and the names of a macro's parameters. */
  | 'parameter'
  /** The name in `#define`, `#undef`, `#ifdef`. */
  | 'define'
  | 'section'
  | 'keyword'
  | 'preprocessor';

export interface Occurrence {
  readonly kind: OccurrenceKind;
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** Whether this gives the name its meaning. */
  readonly definition: boolean;
}

/** By statements: equal lines share them. */
const known = new WeakMap<readonly Statement[], readonly Occurrence[]>();

/** The words of a line, in order. Computed once for each text. */
export function occurrencesOf({ statements }: Line): readonly Occurrence[] {
  let occurrences = known.get(statements);
  if (!occurrences) {
    const found: Occurrence[] = [];
    for (const statement of statements) collect(statement, found);
    occurrences = found.sort((a, b) => a.start - b.start);
    known.set(statements, occurrences);
  }
  return occurrences;
}

/** The word at a column, its end included. */
export function occurrenceAt(line: Line | undefined, column: number): Occurrence | undefined {
  if (!line) return undefined;
  // Where two words touch, the one that begins here.
  const touching = occurrencesOf(line).filter(({ start, end }) => start <= column && column <= end);
  return touching.at(-1);
}

function collect(statement: Statement, found: Occurrence[]): void {
  for (const { name, start, end, numeric } of statement.labels) {
    found.push({ kind: numeric ? 'numeric-label' : 'symbol', name, start, end, definition: true });
  }
  const { name, start } = statement;
  const end = start + name.length;
  switch (statement.kind) {
    case 'assignment':
      found.push({ kind: 'symbol', name, start, end, definition: true });
      collectOperands(statement, found, () => undefined);
      return;
    case 'preprocessor':
      collectPreprocessor(statement, found);
      return;
    case 'command':
      collectCommand(statement, found);
      return;
    default:
      return;
  }
}

/** Directives whose first operand defines the symbol that it names. */
const defining = new Set(['.set', '.equ', '.equiv', '.eqv', '.comm', '.common', '.lcomm', '.weakref']);
/** Directives whose operands are words of their own. */
const wordDirectives = new Set(['.option', '.attribute', '.file', '.loc', '.ident']);

/** @param before the operator that stands before the name, after the name before it */
type Choose = (
  name: string,
  index: number,
  before: string,
) => (Pick<Occurrence, 'kind'> & Partial<Occurrence>) | undefined;

function collectCommand(statement: Statement, found: Occurrence[]): void {
  const { key, name, start } = statement;
  const end = start + name.length;
  if (key.startsWith('.')) {
    found.push({ kind: 'directive', name: key, start, end, definition: false });
    collectOperands(statement, found, directiveChoice(key));
    return;
  }
  const instruction = isMnemonic(key);
  found.push({
    kind: instruction ? 'instruction' : 'call',
    name: instruction ? key : name,
    start,
    end,
    definition: false,
  });
  collectOperands(statement, found, instruction ? instructionChoice(key) : registerChoice);
}

function directiveChoice(key: string): Choose {
  if (defining.has(key)) return (_, index) => (index === 0 ? { kind: 'symbol', definition: true } : undefined);
  if (key === '.macro')
    return (name, index, before) => {
      if (index === 0) return { kind: 'call', definition: true };
      // `a:req` and `a=default`: what is no parameter itself.
      if (before === ':') return { kind: 'keyword' };
      return before === '=' ? registerChoice(name, index, before) : { kind: 'parameter', definition: true };
    };
  if (key === '.irp' || key === '.irpc')
    return (_, index) => (index === 0 ? { kind: 'parameter', definition: true } : { kind: 'keyword' });
  if (key === '.purgem') return () => ({ kind: 'call' });
  if (key === '.section' || key === '.pushsection')
    return (_, index) => ({ kind: index === 0 ? 'section' : 'keyword' });
  if (key === '.type') return (_, index) => (index === 0 ? undefined : { kind: 'keyword' });
  return wordDirectives.has(key) || key.startsWith('.cfi') ? () => ({ kind: 'keyword' }) : () => undefined;
}

const registerChoice: Choose = (name) => (registerNamed(name) ? { kind: 'register' } : undefined);

function instructionChoice(key: string): Choose {
  const takesCsr = csrPlace(key) >= 0;
  const isFence = key === 'fence';
  const isRounded = instructionsNamed(key).some(({ operands }) => operands.some(({ name }) => name === 'rm'));
  return (name) => {
    if (isFence || (isRounded && roundingModeNames.includes(name))) return { kind: 'keyword' };
    if (takesCsr && csrNamed(name)) return { kind: 'csr' };
    return registerChoice(name, 0, '');
  };
}

function collectOperands(statement: Statement, found: Occurrence[], choose: Choose): void {
  const lexer = new Lexer(statement.text, statement.operandsStart, statement.end);
  let index = 0;
  let percent = -1;
  let before = '';
  while (lexer.next() !== TokenKind.End) {
    const { start, end, kind } = lexer;
    switch (kind) {
      case TokenKind.Name: {
        const name = lexer.value;
        if (percent === start && !isEvaluated(statement, end))
          found.push({ kind: 'relocation', name: `%${name}`, start: start - 1, end, definition: false });
        else if (name.startsWith('\\'))
          found.push({ kind: 'parameter', name: name.slice(1), start, end, definition: false });
        else if (name !== '.') {
          const chosen = (percent !== start && choose(name, index, before)) || { kind: 'symbol' };
          found.push({ name, start, end, definition: false, ...chosen });
        }
        index++;
        break;
      }
      case TokenKind.Number: {
        const text = lexer.value;
        const local = /^\d+[fb]$/.test(text);
        found.push({ kind: local ? 'numeric-label' : 'number', name: text, start, end, definition: false });
        index++;
        break;
      }
      case TokenKind.String:
      case TokenKind.Character:
        found.push({ kind: 'string', name: lexer.value, start, end, definition: false });
        index++;
        break;
      case TokenKind.Operator:
        if (lexer.is('%')) percent = end;
        before = lexer.value;
        continue;
    }
    before = '';
  }
}

/**
 * Whether a name behind a percent sign begins an expression whose value is the argument, as .altmacro has it, and is no operator like
 * `%hi(`: arguments of calls, defaults of parameters and what `.irp` goes through.
 */
function isEvaluated({ text, key }: Statement, nameEnd: number): boolean {
  return !/^\s*\(/.test(text.slice(nameEnd)) && (!key.startsWith('.') || /^\.(macro|irpc?)$/.test(key));
}

const cWord = /"(?:\\.|[^"\\])*"?|[A-Za-z_]\w*|\d[\w.]*/g;

function collectPreprocessor(statement: Statement, found: Occurrence[]): void {
  const { name, start, text, operandsStart } = statement;
  const nameStart = text.indexOf(name, start + 1);
  if (!/^(include|define|undef|if|ifdef|ifndef|elif|else|endif|error|warning|pragma|line)$/.test(name)) return;
  found.push({ kind: 'preprocessor', name: `#${name}`, start, end: nameStart + name.length, definition: false });
  if (name === 'error' || name === 'warning') return;
  const rest = text.slice(operandsStart).replace(/\/\/.*$|\/\*.*?(\*\/|$)/g, (comment) => ' '.repeat(comment.length));
  if (name === 'include') {
    const path = /"[^"]*"?|<[^>]*>?/.exec(rest);
    if (path) {
      const from = operandsStart + path.index;
      found.push({ kind: 'string', name: path[0], start: from, end: from + path[0].length, definition: false });
      return;
    }
  }
  let first = true;
  for (const match of rest.matchAll(cWord)) {
    const word = match[0];
    const from = operandsStart + match.index;
    const span = { name: word, start: from, end: from + word.length };
    if (word.startsWith('"')) found.push({ kind: 'string', ...span, definition: false });
    else if (/^\d/.test(word)) found.push({ kind: 'number', ...span, definition: false });
    else if (word === 'defined') found.push({ kind: 'keyword', ...span, definition: false });
    else
      found.push({
        kind: first || name !== 'define' ? 'define' : 'symbol',
        ...span,
        definition: first && name === 'define',
      });
    first = false;
  }
}
