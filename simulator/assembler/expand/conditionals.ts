import type { SourceSpan } from '../source/frames';
import { parseExpression } from '../syntax/expression';
import { Lexer, TokenKind } from '../syntax/lexer';
import type { Statement } from '../syntax/statement';
import type { Unit } from '../unit/unit';
import { comparedStrings, comparedTexts, scrub } from './macros';

interface Condition {
  readonly outer: boolean;
  /** Whether a branch of it was active already. */
  taken: boolean;
  active: boolean;
  sawElse: boolean;
  /** The number of inputs when it was opened: it must be closed in the same one. */
  readonly depth: number;
  readonly span: SourceSpan;
}

/** The `.if` family: which statements are assembled. */
export class Conditionals {
  readonly #stack: Condition[] = [];

  get active(): boolean {
    return this.#stack.at(-1)?.active ?? true;
  }

  get depth(): number {
    return this.#stack.length;
  }

  /** Handles a directive of the family; false when the statement is none. Statements in inactive parts come here too. */
  handle(unit: Unit, statement: Statement, inputs: number): boolean {
    const { key } = statement;
    const nameEnd = statement.start + statement.name.length;
    switch (key) {
      case '.else':
      case '.elsec':
      case '.elseif': {
        const condition = this.#stack.at(-1);
        if (!condition) unit.error('misplaced-else', `'${key}' without .if`, statement.start, nameEnd);
        else if (condition.sawElse) unit.error('misplaced-else', `'${key}' after .else`, statement.start, nameEnd);
        else {
          const before = condition.active;
          const open = condition.outer && !condition.taken;
          condition.active = false;
          condition.active = open && (key !== '.elseif' || this.#compare(unit, statement, '.ifne'));
          condition.taken ||= condition.active;
          condition.sawElse = key !== '.elseif';
          if (condition.outer) unit.inactive.change(unit.location.frame, unit.location.line, before, condition.active);
        }
        return true;
      }
      case '.endif':
      case '.endc':
        return this.#end(unit, statement, nameEnd);
    }
    if (!conditionNames.has(key)) return false;
    const outer = this.active;
    const active = outer && this.#holds(unit, statement);
    const span = unit.span(statement.start, nameEnd);
    this.#stack.push({ outer, taken: active, active, sawElse: false, depth: inputs, span });
    if (outer) unit.inactive.change(unit.location.frame, unit.location.line, true, active);
    return true;
  }

  #end(unit: Unit, statement: Statement, nameEnd: number): true {
    const condition = this.#stack.pop();
    if (!condition) unit.error('misplaced-endif', "'.endif' without .if", statement.start, nameEnd);
    else if (condition.outer) unit.inactive.change(unit.location.frame, unit.location.line, condition.active, true);
    return true;
  }

  /** Drops what was opened in inputs deeper than `inputs`; what is dropped without `.exitm` is reported. */
  close(unit: Unit, inputs: number, quiet: boolean): void {
    while (this.#stack.length > 0 && this.#stack.at(-1)!.depth > inputs) {
      const { span } = this.#stack.pop()!;
      if (!quiet) unit.report('error', 'unterminated-if', '.if without .endif', span);
    }
  }

  #holds(unit: Unit, statement: Statement): boolean {
    const { key, operandsStart, end } = statement;
    switch (key) {
      case '.ifdef':
      case '.ifndef':
      case '.ifnotdef': {
        const lexer = new Lexer(statement.text, operandsStart, end);
        lexer.next();
        if (lexer.kind !== TokenKind.Name && lexer.kind !== TokenKind.String) {
          unit.error('if', `'${key}' needs a symbol name`, statement.start, Math.max(end, operandsStart));
          return false;
        }
        const symbol = unit.symbols.find(lexer.kind === TokenKind.String ? lexer.takeQuotedName().name : lexer.value);
        return (symbol?.defined ?? false) === (key === '.ifdef');
      }
      case '.ifb':
        return statement.operandText.trim() === '';
      case '.ifnb':
        return statement.operandText.trim() !== '';
      case '.ifc':
      case '.ifnc':
      case '.ifeqs':
      case '.ifnes': {
        const text = scrub(statement.operandText);
        const pair = key === '.ifc' || key === '.ifnc' ? comparedTexts(text) : comparedStrings(text);
        if (!pair) {
          unit.error('if', `'${key}' needs two strings`, statement.start, end);
          return false;
        }
        return (pair[0] === pair[1]) === (key === '.ifc' || key === '.ifeqs');
      }
      default:
        return this.#compare(unit, statement, key);
    }
  }

  /** .if .ifne .ifeq .ifge .ifgt .ifle .iflt: a constant against 0. */
  #compare(unit: Unit, statement: Statement, key: string): boolean {
    const lexer = new Lexer(statement.text, statement.operandsStart, statement.end);
    lexer.next();
    const expression = parseExpression(lexer);
    if (lexer.kind !== TokenKind.End) {
      unit.error('junk', `unexpected '${lexer.value}' after the condition`, lexer.start, statement.end);
    }
    if (expression.kind === 'missing') {
      unit.error(
        'if',
        `'${statement.name}' needs a condition`,
        statement.start,
        statement.start + statement.name.length,
      );
      return false;
    }
    const value = unit.constant(expression, 'the condition');
    if (value === undefined) return false;
    switch (key) {
      case '.ifeq':
        return value === 0;
      case '.ifge':
        return value >= 0;
      case '.ifgt':
        return value > 0;
      case '.ifle':
        return value <= 0;
      case '.iflt':
        return value < 0;
      default:
        return value !== 0;
    }
  }
}

/** The directives that open a conditional part, with what makes it active. */
export const conditions: Readonly<Record<string, string>> = {
  '.if': 'the expression is not 0',
  '.ifne': 'the expression is not 0',
  '.ifeq': 'the expression is 0',
  '.ifge': 'the expression is 0 or more',
  '.ifgt': 'the expression is more than 0',
  '.ifle': 'the expression is 0 or less',
  '.iflt': 'the expression is less than 0',
  '.ifdef': 'the symbol is defined before this line',
  '.ifndef': 'the symbol is not defined before this line',
  '.ifnotdef': 'the symbol is not defined before this line',
  '.ifb': 'the operand is blank',
  '.ifnb': 'the operand is not blank',
  '.ifc': 'the two strings are equal',
  '.ifnc': 'the two strings differ',
  '.ifeqs': 'the two quoted strings are equal',
  '.ifnes': 'the two quoted strings differ',
};
const conditionNames = new Set(Object.keys(conditions));
