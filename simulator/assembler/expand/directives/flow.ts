import { missingFile } from '../../source/diagnostic';
import { TokenKind } from '../../syntax/lexer';
import type { Statement } from '../../syntax/statement';
import type { Unit } from '../../unit/unit';
import { conditions } from '../conditionals';
import type { ExpansionHost } from '../expansion-host';
import { type Arguments, listCharacters, listValues, parseMacroHeader, scrub } from '../macros';
import { type Directive, directives, OperandReader, type Run } from './directive';

const macro: Run = (unit, statement, host) => {
  // `name: .macro parameters` is another way to write it; the label is 0 then.
  const label = statement.labels.at(-1);
  const named = label && !label.numeric ? label.name : undefined;
  const operands = scrub(statement.operandText);
  const header = parseMacroHeader(named ? `${named} ${operands}` : operands, host.style(statement));
  const end = Math.max(statement.end, statement.start + statement.name.length);
  const span = unit.span(statement.operandsStart, end);
  if ('message' in header) unit.error('macro', header.message, statement.start, end);
  const file = unit.location.frame.file;
  const body = host.collect('macro');
  if (!body) {
    unit.report('error', 'unterminated-macro', "'.macro' without .endm", span);
    return;
  }
  if ('message' in header) return;
  const { name, parameters } = header;
  if (name.startsWith('.') && host.isDirective(name.toLowerCase())) {
    unit.report('warning', 'macro', `'${name}' is a directive: the macro is ignored`, span);
    return;
  }
  if (host.macros.has(name.toLowerCase())) {
    unit.report('error', 'duplicate-macro', `macro '${name}' is already defined`, span);
    return;
  }
  if (named) unit.zeroLabel(named);
  const start = named ? unit.span(label!.start, label!.end).start : span.start;
  host.define({ name, parameters, body, file, line: span.line, start, end: start + name.length });
};

const repeat: Run = (unit, statement, host) => {
  const reader = new OperandReader(unit, statement);
  const count = reader.constant('the number of repetitions');
  reader.finish();
  const body = collectRepeat(unit, statement, host);
  if (count === undefined || !body) return;
  if (count < 0) unit.error('rept', 'the number of repetitions is negative', statement.start, statement.end);
  else host.repeat(body, Number(count), statement);
};

/** `.irp` and `.irpc`: the body once for each value or character. */
function repeatOver(characters: boolean): Run {
  return (unit, statement, host) => {
    const text = scrub(statement.operandText);
    const name = /^([A-Za-z_.$][\w.$]*)\s*,?\s*/.exec(text);
    if (!name) unit.error('irp', `'${statement.name}': a symbol name is expected`, statement.start, statement.end);
    const body = collectRepeat(unit, statement, host);
    if (!name || !body) return;
    const list = text.slice(name[0].length);
    const values = characters ? listCharacters(list) : listValues(list, host.style(statement));
    const rounds: Arguments[] = (values.length > 0 ? values : ['']).map((value) => new Map([[name[1]!, value]]));
    host.repeat(body, rounds, statement);
  };
}

function collectRepeat(unit: Unit, statement: Statement, host: ExpansionHost): ReturnType<ExpansionHost['collect']> {
  const span = unit.span(statement.start, statement.start + statement.name.length);
  const body = host.collect('repeat');
  if (!body) unit.report('error', 'unterminated-repeat', `'${statement.name}' without .endr`, span);
  return body;
}

/** An end without its beginning. */
function misplaced(what: string): Run {
  return (unit, statement) => {
    unit.warning(
      'misplaced-end',
      `'${statement.name}' without ${what}`,
      statement.start,
      statement.start + statement.name.length,
    );
  };
}

const purge: Run = (unit, statement, host) => {
  const reader = new OperandReader(unit, statement);
  do {
    const name = reader.symbol('a macro name');
    if (!name) return;
    if (!host.purge(name.text)) {
      unit.warning('purgem', `there is no macro '${name.text}'`, name.start, name.end);
    }
  } while (reader.comma());
  reader.finish();
};

const exitMacro: Run = (unit, statement, host) => {
  if (!host.exit()) unit.warning('exitm', "'.exitm' outside of a macro", statement.start, statement.end);
};

const include: Run = (unit, statement, host) => {
  const reader = new OperandReader(unit, statement);
  const path = reader.text();
  if (!path) return;
  reader.finish();
  const source = host.files.source(path.text, unit.location.frame.file, false, false);
  if (source) {
    host.include(source, statement);
    return;
  }
  const unreadable = host.files.miss(path.text, unit.location.frame.file, false);
  unit.error('include-missing', missingFile('included file', path.text, unreadable), path.start, path.end);
};

/** `.error`, `.warning`, with an optional text of the programmer's. */
function message(severity: 'error' | 'warning'): Run {
  return (unit, statement) => {
    const reader = new OperandReader(unit, statement);
    const text = reader.lexer.kind === TokenKind.String ? reader.text()?.text : undefined;
    reader.finish();
    const end = Math.max(statement.end, statement.start + statement.name.length);
    const span = unit.span(statement.start, end);
    unit.report(severity, `${severity}-directive`, text ?? `.${severity} directive invoked in source file`, span);
  };
}

function alternate(on: boolean): Run {
  return (unit, statement, host) => {
    new OperandReader(unit, statement).finish();
    host.alternate = on;
  };
}

/** `.fail 500` and above warn, others are errors. */
const fail: Run = (unit, statement) => {
  const reader = new OperandReader(unit, statement);
  const number = reader.atEnd ? 0 : reader.constant('the number', 0);
  reader.finish();
  if (number === undefined) return;
  const text = `.fail ${number} encountered`;
  if (number >= 500) unit.warning('warning-directive', text, statement.start, statement.end);
  else unit.error('error-directive', text, statement.start, statement.end);
};

export const flowDirectives: readonly Directive[] = [
  ...directives(
    '.altmacro',
    '',
    'Macros take <texts>, %expressions and LOCAL names, and know parameters without backslash',
    alternate(true),
  ),
  ...directives('.noaltmacro', '', 'Macros are as usual again', alternate(false)),
  ...directives('.macro', 'name [parameter[:req|:vararg][=default], ...]', 'Begins a macro', macro),
  ...directives('.endm .endmacro', '', 'Ends a macro', misplaced('.macro')),
  ...directives('.rept .rep', 'count', 'Repeats the statements up to .endr', repeat),
  ...directives(
    '.irp .irep',
    'name, value, ...',
    'Repeats the statements up to .endr with each value',
    repeatOver(false),
  ),
  ...directives(
    '.irpc .irepc',
    'name, characters',
    'Repeats the statements up to .endr with each character',
    repeatOver(true),
  ),
  ...directives('.endr', '', 'Ends a repeated block', misplaced('.rept, .irp or .irpc')),
  ...directives('.exitm .mexit', '', 'Leaves the macro or repeated block', exitMacro),
  ...directives('.purgem', 'macro, ...', 'Forgets a macro', purge),
  ...directives('.include', '"file"', 'Goes on with the statements of another file', include),
  ...directives('.err', '', 'Reports an error', (unit, statement) => {
    unit.error('error-directive', '.err encountered', statement.start, statement.start + statement.name.length);
  }),
  ...directives('.fail', '[number]', 'Reports an error, or a warning if the number is 500 or more', fail),
  ...directives('.abort', '', 'Reports an error and ends the source', (unit, statement) => {
    unit.error('error-directive', '.abort encountered', statement.start, statement.start + statement.name.length);
    unit.ended = true;
  }),
  ...directives('.error', '["message"]', 'Reports an error', message('error')),
  ...directives('.warning', '["message"]', 'Reports a warning', message('warning')),
  ...directives('.end', '', 'Ends the source', (unit) => {
    unit.ended = true;
  }),
  // The conditionals are handled before the table is asked; they stand here for those who list directives.
  ...Object.entries(conditions).flatMap(([name, when]) =>
    directives(name, 'operand', `Assembles what follows when ${when}`, () => {}),
  ),
  ...directives('.else .elsec', '', 'Assembles what follows when no part before did', () => {}),
  ...directives('.elseif', 'expression', 'Assembles what follows when no part before did and this holds', () => {}),
  ...directives('.endif .endc', '', 'Ends a conditional part', () => {}),
];
