import { nearest } from '../../source/diagnostic';
import { parseExpression } from '../../syntax/expression';
import { Lexer, TokenKind } from '../../syntax/lexer';
import type { Statement } from '../../syntax/statement';
import { constant } from '../../unit/evaluation';
import type { AssemblySymbol } from '../../unit/symbols-and-sections';
import type { Unit } from '../../unit/unit';
import { type Directive, directives, OperandReader, type Run } from './directive';

/** `name = expression`; `. = expression` moves the location. */
export function assignment(unit: Unit, statement: Statement): void {
  const lexer = new Lexer(statement.text, statement.operandsStart, statement.end);
  lexer.next();
  const expression = parseExpression(lexer);
  const { name, start } = statement;
  if (lexer.kind !== TokenKind.End)
    unit.error('junk', `unexpected '${lexer.value}' after the value`, lexer.start, statement.end);
  // The symbol is there before those that its value names.
  if (name !== '.') unit.symbols.named(name);
  const value = statement.strict ? unit.bindDeferred(expression) : unit.bind(expression);
  if (name === '.') {
    const { section } = unit;
    const span = unit.span(expression.start, expression.end);
    section.appendPart({ kind: 'org', at: section.length, size: 0, target: value, fill: 0, span });
    return;
  }
  unit.assign(name, value, statement.strict, start, start + name.length);
  if (statement.strict) unit.defer(name, expression);
}

/** `.set symbol, expression`; with `once` the symbol must be new. */
function set(once: boolean, deferred = false): Run {
  return (unit, statement) => {
    const reader = new OperandReader(unit, statement);
    const name = reader.symbol();
    if (!name || !reader.requireComma('an expression')) return;
    if (name.text !== '.') unit.symbols.named(name.text);
    const expression = reader.expression();
    if (expression.kind === 'missing') {
      reader.missing('an expression');
      return;
    }
    const value = deferred ? unit.bindDeferred(expression) : unit.bind(expression);
    reader.finish();
    if (name.text === '.') {
      const { section } = unit;
      section.appendPart({
        kind: 'org',
        at: section.length,
        size: 0,
        target: value,
        fill: 0,
        span: unit.span(expression.start, expression.end),
      });
    } else {
      unit.assign(name.text, value, once, name.start, name.end);
      if (deferred) unit.defer(name.text, expression);
    }
  };
}

/** A directive over a list of symbols. */
function eachSymbol(change: (symbol: AssemblySymbol) => void): Run {
  return (unit, statement) => {
    const reader = new OperandReader(unit, statement);
    do {
      const name = reader.symbol();
      if (!name) return;
      const symbol = unit.symbols.named(name.text);
      unit.symbols.list(symbol);
      change(symbol);
    } while (reader.comma());
    reader.finish();
  };
}

/** By the words of GNU as, the numbers of ELF and their names. */
const symbolTypes: Readonly<Record<string, AssemblySymbol['type']>> = Object.fromEntries(
  (
    [
      ['notype', 'notype 0 STT_NOTYPE'],
      ['object', 'object 1 STT_OBJECT common 5 STT_COMMON gnu_unique_object'],
      ['function', 'function 2 STT_FUNC'],
      ['tls', 'tls_object 6 STT_TLS'],
      ['ifunc', 'gnu_indirect_function 10 STT_GNU_IFUNC'],
    ] as const
  ).flatMap(([type, words]) => words.split(' ').map((word) => [word, type])),
);

const type: Run = (unit, statement) => {
  const reader = new OperandReader(unit, statement);
  const name = reader.symbol();
  if (!name) return;
  reader.comma();
  const { lexer } = reader;
  if (lexer.is('@') || lexer.is('%') || lexer.is('#')) lexer.next();
  const number = lexer.kind === TokenKind.Number;
  const kind = number ? { text: lexer.value, start: lexer.start, end: lexer.end } : reader.symbol('a type (@function)');
  if (!kind) return;
  if (number) lexer.next();
  reader.finish();
  const known = Object.hasOwn(symbolTypes, kind.text) ? symbolTypes[kind.text] : undefined;
  if (known === undefined) {
    unit.error(
      'symbol-type',
      `'${kind.text}' is no symbol type: @function, @object, @notype, @tls_object can stand here`,
      kind.start,
      kind.end,
      nearest(kind.text, Object.keys(symbolTypes)),
    );
    return;
  }
  const symbol = unit.symbols.named(name.text);
  unit.symbols.list(symbol);
  if (symbol.common && known !== 'object') {
    unit.error('symbol-type', `'${name.text}' is common storage: its type is @object`, name.start, name.end);
    return;
  }
  // Thread-local and indirect symbols stay so when they are called objects or functions.
  const keeps = (known === 'object' && symbol.type === 'tls') || (known === 'function' && symbol.type === 'ifunc');
  if (!keeps) symbol.type = known;
  if (kind.text === 'gnu_unique_object') symbol.binding = 'unique';
};

const size: Run = (unit, statement) => {
  const reader = new OperandReader(unit, statement);
  const name = reader.symbol();
  if (!name || !reader.requireComma('an expression')) return;
  const value = reader.bound('an expression');
  reader.finish();
  if (!value) return;
  const symbol = unit.symbols.named(name.text);
  unit.symbols.list(symbol);
  symbol.size = value.value;
  symbol.sizeSpan = unit.span(value.start, value.end);
};

/** `.comm`: storage that the linker places and merges. */
const common: Run = (unit, statement) => {
  const reader = new OperandReader(unit, statement);
  const name = reader.symbol();
  if (!name) return;
  reader.comma();
  const bytes = reader.constant('the size');
  let alignment = reader.comma() ? reader.constant('the alignment') : undefined;
  reader.finish();
  if (bytes === undefined) return;
  if (bytes < 0) {
    unit.warning('comm', 'the size is negative: nothing is reserved', statement.start, statement.end);
    return;
  }
  // Without one, the size decides: the next power of two, up to 16 bytes.
  alignment ??= Math.min(16, 2 ** Math.ceil(Math.log2(Math.max(1, Number(bytes)))));
  let symbol = unit.symbols.named(name.text);
  if (symbol.place || symbol.assigned) {
    if (symbol.fixed) {
      unit.error('duplicate-symbol', `symbol '${name.text}' is already defined`, name.start, name.end);
      return;
    }
    symbol = unit.symbols.replace(symbol);
  }
  if (symbol.binding === 'weak') {
    unit.error('comm', `'${name.text}' is weak: common storage cannot be`, name.start, name.end);
    return;
  }
  symbol.common = { size: Math.max(Number(bytes), symbol.common?.size ?? 0), alignment: Number(alignment) };
  symbol.definition ??= unit.span(name.start, name.end);
  symbol.type = 'object';
  if (!symbol.declaredLocal) {
    if (symbol.binding === 'local') symbol.binding = 'global';
  } else placeInBss(unit, symbol, Number(bytes), Number(alignment));
};

/** `.tls_common`: the same in each thread's block. */
const threadLocalCommon: Run = (unit, statement, host) => {
  common(unit, statement, host);
  const name = new OperandReader(unit, statement).symbol();
  const symbol = name && unit.symbols.find(name.text);
  if (symbol?.common) symbol.type = 'tls';
};

/** `.lcomm`: zeroed storage of this source. */
const localCommon: Run = (unit, statement) => {
  const reader = new OperandReader(unit, statement);
  const name = reader.symbol();
  if (!name) return;
  reader.comma();
  const bytes = reader.constant('the size');
  reader.finish();
  if (bytes === undefined) return;
  if (!unit.room(Number(bytes), statement.start, statement.end, unit.sections.named('.bss', 1))) return;
  const symbol = unit.symbols.named(name.text);
  if (symbol.defined) {
    unit.error('duplicate-symbol', `symbol '${name.text}' is already defined`, name.start, name.end);
    return;
  }
  symbol.definition = unit.span(name.start, name.end);
  symbol.type = 'object';
  placeInBss(unit, symbol, Number(bytes), lowerAlignment(Number(bytes)));
};

/** The largest power of two that is not above the size, up to 8. */
function lowerAlignment(bytes: number): number {
  return bytes >= 8 ? 8 : bytes >= 4 ? 4 : bytes >= 2 ? 2 : 1;
}

function placeInBss(unit: Unit, symbol: AssemblySymbol, bytes: number, alignment: number): void {
  // After what the source itself puts there.
  const bss = unit.sections.named('.bss', 1);
  if (alignment > 1) {
    bss.appendPart({ kind: 'align', at: bss.length, size: 0, alignment, maximum: 0, fill: Uint8Array.of(0) });
    bss.align(alignment);
  }
  symbol.common = undefined;
  symbol.place = bss.here;
  symbol.fixed = true;
  symbol.size ??= { kind: 'linear', value: bytes, add: undefined, subtract: undefined };
  bss.appendFill(0, bytes);
}

/** `.weakref alias, target`: the alias is a weak use of the target. */
const weakReference: Run = (unit, statement) => {
  const reader = new OperandReader(unit, statement);
  const alias = reader.symbol();
  if (!alias || !reader.requireComma('the target symbol')) return;
  const target = reader.symbol();
  reader.finish();
  if (!target) return;
  unit.setWeakReference(alias.text, target.text, alias.start, alias.end);
};

/** `.lsym name, expression`: a number that must be known, for a new symbol. */
const localSymbol: Run = (unit, statement) => {
  const reader = new OperandReader(unit, statement);
  const name = reader.symbol();
  if (!name || !reader.requireComma('an expression')) return;
  const value = reader.constant('the value');
  reader.finish();
  if (value !== undefined) unit.assign(name.text, constant(value), true, name.start, name.end);
};

const hide: (visibility: AssemblySymbol['visibility']) => Run = (visibility) =>
  eachSymbol((symbol) => {
    symbol.visibility = visibility;
  });

export const symbolDirectives: readonly Directive[] = [
  ...directives(
    '.globl .global .xdef',
    'symbol, ...',
    'Makes symbols known to other files',
    eachSymbol((symbol) => {
      if (symbol.binding === 'local') symbol.binding = 'global';
    }),
  ),
  ...directives(
    '.local',
    'symbol, ...',
    'Keeps symbols in this file',
    eachSymbol((symbol) => {
      symbol.binding = 'local';
      symbol.declaredLocal = true;
    }),
  ),
  ...directives(
    '.weak',
    'symbol, ...',
    'Makes symbols known to other files, which may override them',
    eachSymbol((symbol) => {
      symbol.binding = 'weak';
    }),
  ),
  ...directives(
    '.variant_cc',
    'symbol',
    'Says that a function has a calling convention of its own',
    eachSymbol((symbol) => {
      symbol.variantCallingConvention = true;
    }),
  ),
  ...directives('.hidden', 'symbol, ...', 'Keeps symbols inside the linked program', hide('hidden')),
  ...directives('.internal', 'symbol, ...', 'As .hidden, for this processor only', hide('internal')),
  ...directives(
    '.protected',
    'symbol, ...',
    'Lets no other definition take the place of these symbols',
    hide('protected'),
  ),
  ...directives('.set .equ', 'symbol, expression', 'Gives a symbol a value; it can be given another later', set(false)),
  ...directives('.equiv', 'symbol, expression', 'Gives a new symbol a value', set(true)),
  ...directives('.lsym', 'symbol, expression', 'Gives a new symbol a number', localSymbol),
  ...directives(
    '.eqv',
    'symbol, expression',
    'Gives a new symbol an expression, which is worked out where the symbol is used',
    set(true, true),
  ),
  ...directives('.type', 'symbol, @type', 'Says whether a symbol is a function or an object', type),
  ...directives('.size', 'symbol, expression', "Sets a symbol's size in bytes", size),
  ...directives(
    '.comm .common .xcom',
    'symbol, size[, alignment]',
    'Zeroed storage that files of one program share',
    common,
  ),
  ...directives(
    '.tls_common',
    'symbol, size[, alignment]',
    'Thread-local storage that files of one program share',
    threadLocalCommon,
  ),
  ...directives('.lcomm', 'symbol, size', 'Zeroed storage of this file', localCommon),
  ...directives('.weakref', 'alias, symbol', 'An alias whose use does not require the symbol', weakReference),
  ...directives('.extern .xref', 'symbol, ...', 'No effect: every undefined symbol is of another file', () => {}),
];
