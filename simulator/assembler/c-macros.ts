import type { Integer } from '../object/integer';
import * as integer from '../object/integer';
import { compute } from './evaluation';

/** A `#define`. */
export interface Define {
  readonly name: string;
  /** undefined for an object-like macro. */
  readonly parameters: readonly string[] | undefined;
  /** The parameter that takes all further arguments ('__VA_ARGS__' or a name). */
  readonly variadic: string | undefined;
  readonly body: readonly string[];
}

export type Defines = ReadonlyMap<string, Define>;

const tokenPattern =
  /"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])+'|[A-Za-z_]\w*|\.?\d(?:[eEpP][+-]|[\w.])*|\s+|##|&&|\|\||<<|>>|[<>=!]=|[\s\S]/gu;
const maximumCharacters = 1_000_000;

/** Splits text into the preprocessor's tokens; white space is a token. */
export function cTokens(text: string): string[] {
  return text.match(tokenPattern) ?? [];
}

const isIdentifier = (token: string): boolean => /^[A-Za-z_]/.test(token);
const isBlank = (token: string): boolean => /^\s/.test(token);

/** Parses what follows `#define`; a string says what is wrong. */
export function parseDefine(text: string): Define | string {
  const match = /^([A-Za-z_]\w*)(\(([^)]*)\))?/.exec(text);
  if (!match) return 'a macro name is expected after #define';
  const [whole, name, list, inner] = match;
  const body = trimTokens(cTokens(text.slice(whole.length)));
  if (list === undefined) return { name: name!, parameters: undefined, variadic: undefined, body };
  const parameters: string[] = [];
  let variadic: string | undefined;
  for (const part of inner!.trim() === '' ? [] : inner!.split(',')) {
    const parameter = part.trim();
    if (parameter === '...') variadic = '__VA_ARGS__';
    else if (/^[A-Za-z_]\w*\s*\.\.\.$/.test(parameter)) variadic = parameter.replace(/\s*\.\.\.$/, '');
    else if (isIdentifier(parameter)) parameters.push(parameter);
    else return `'${parameter}' is no parameter name`;
  }
  return { name: name!, parameters, variadic, body };
}

function trimTokens(tokens: string[]): string[] {
  let start = 0;
  let end = tokens.length;
  while (start < end && isBlank(tokens[start]!)) start++;
  while (end > start && isBlank(tokens[end - 1]!)) end--;
  return tokens.slice(start, end);
}

/** Why an expansion stopped: the text goes on in the next line, or something is wrong. */
export type ExpansionProblem =
  | { readonly kind: 'open-call'; readonly name: string }
  | { readonly kind: 'error'; readonly message: string };

export interface Expansion {
  readonly text: string;
  readonly problem: ExpansionProblem | undefined;
}

/** Replaces every macro in a text. */
export function expandText(text: string, defines: Defines, builtin: (name: string) => string | undefined): Expansion {
  const expander = new Expander(defines, builtin);
  const tokens = expander.expand(cTokens(text), new Set());
  return { text: tokens.join(''), problem: expander.problem };
}

class Expander {
  problem: ExpansionProblem | undefined;
  #budget = maximumCharacters;

  constructor(
    readonly defines: Defines,
    readonly builtin: (name: string) => string | undefined,
  ) {}

  expand(tokens: readonly string[], hidden: ReadonlySet<string>): string[] {
    const result: string[] = [];
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i]!;
      this.#budget -= 1 + token.length;
      if (this.#budget < 0) {
        this.problem = { kind: 'error', message: 'macro expansion grows too large' };
        return result;
      }
      const define = isIdentifier(token) && !hidden.has(token) ? this.defines.get(token) : undefined;
      if (!define) {
        result.push((isIdentifier(token) ? this.builtin(token) : undefined) ?? token);
        continue;
      }
      let replaced: string[];
      if (define.parameters) {
        const call = this.#arguments(tokens, i + 1, define);
        if (!call) {
          result.push(token);
          continue;
        }
        i = call.end;
        replaced = this.#replace(define, call.values, hidden);
      } else replaced = this.#replace(define, [], hidden);
      // The replacement is looked at again together with what follows, so that it may name a function-like macro.
      const last = lastWord(replaced);
      const inner = new Set(hidden).add(define.name);
      const following = last && this.defines.get(last)?.parameters ? tokens.slice(i + 1) : undefined;
      if (following && nextIsOpen(following)) {
        result.push(
          ...this.expand(
            [...this.expand(replaced.slice(0, replaced.lastIndexOf(last!)), inner), last!, ...following],
            inner,
          ),
        );
        return result;
      }
      result.push(...this.expand(replaced, inner));
    }
    return result;
  }

  /** The arguments of a call whose `(` comes next from `position`; undefined when none does. */
  #arguments(
    tokens: readonly string[],
    position: number,
    define: Define,
  ): { values: string[][]; end: number } | undefined {
    while (position < tokens.length && isBlank(tokens[position]!)) position++;
    if (tokens[position] !== '(') return undefined;
    const values: string[][] = [[]];
    let depth = 0;
    for (let i = position; i < tokens.length; i++) {
      const token = tokens[i]!;
      if (token === '(' && depth++ === 0) continue;
      if (token === ')' && --depth === 0) {
        const count = define.parameters!.length;
        const trimmed = values.map((value) => trimTokens(value));
        const given = trimmed.length === 1 && trimmed[0]!.length === 0 && count === 0 ? [] : trimmed;
        if (given.length < count || (given.length > count && !define.variadic)) {
          this.problem ??= {
            kind: 'error',
            message: `macro '${define.name}' takes ${count} arguments, not ${given.length}`,
          };
        }
        return { values: given, end: i };
      }
      const room = define.variadic === undefined || values.length <= define.parameters!.length;
      if (token === ',' && depth === 1 && room) values.push([]);
      else values.at(-1)!.push(token);
    }
    this.problem ??= { kind: 'open-call', name: define.name };
    return undefined;
  }

  /** The body with its parameters replaced, `#` and `##` applied. */
  #replace(define: Define, values: readonly string[][], hidden: ReadonlySet<string>): string[] {
    const { body, parameters = [], variadic } = define;
    const raw = (name: string | undefined): readonly string[] | undefined => {
      if (name === undefined) return undefined;
      const index = parameters.indexOf(name);
      if (index >= 0) return values[index] ?? [];
      return name === variadic ? (values[parameters.length] ?? []) : undefined;
    };
    const result: string[] = [];
    for (let i = 0; i < body.length; i++) {
      const token = body[i]!;
      if (token === '#' && define.parameters) {
        const next = nextSolid(body, i + 1);
        const value = raw(body[next]);
        if (value) {
          result.push(stringify(value));
          i = next;
          continue;
        }
      }
      if (token === '##') {
        while (result.length > 0 && isBlank(result.at(-1)!)) result.pop();
        const next = nextSolid(body, i + 1);
        const right = [...(raw(body[next]) ?? (body[next] === undefined ? [] : [body[next]!]))];
        const left = result.pop() ?? '';
        if (left === ',' && body[next] === variadic && right.length === 0) {
          i = next;
          continue;
        }
        const joined =
          body[next] === variadic && left === ',' ? [left, ...right] : [left + (right.shift() ?? ''), ...right];
        result.push(...joined.filter((part) => part !== ''));
        i = next;
        continue;
      }
      const value = raw(token);
      if (!value) result.push(token);
      else if (body[nextSolid(body, i + 1)] === '##') result.push(...(value.length > 0 ? value : ['']));
      else result.push(...this.expand(value, hidden));
    }
    return result;
  }
}

function nextSolid(tokens: readonly string[], position: number): number {
  while (position < tokens.length && isBlank(tokens[position]!)) position++;
  return position;
}

function lastWord(tokens: readonly string[]): string | undefined {
  const last = trimTokens([...tokens]).at(-1);
  return last !== undefined && isIdentifier(last) ? last : undefined;
}

function nextIsOpen(tokens: readonly string[]): boolean {
  return tokens[nextSolid(tokens, 0)] === '(';
}

function stringify(tokens: readonly string[]): string {
  const text = tokens
    .map((token) => (isBlank(token) ? ' ' : /^["']/.test(token) ? token.replace(/["\\]/g, '\\$&') : token))
    .join('');
  return `"${text.trim()}"`;
}

const binaryRanks: Readonly<Record<string, number>> = {
  '||': 1,
  '&&': 2,
  '|': 3,
  '^': 4,
  '&': 5,
  '==': 6,
  '!=': 6,
  '<': 7,
  '>': 7,
  '<=': 7,
  '>=': 7,
  '<<': 8,
  '>>': 8,
  '+': 9,
  '-': 9,
  '*': 10,
  '/': 10,
  '%': 10,
};

/** The value of an `#if` expression after macro expansion; a string says what is wrong. Unknown names are 0. */
export function evaluateCondition(text: string): Integer | string {
  const tokens = cTokens(text).filter((token) => !isBlank(token));
  let position = 0;
  let problem = '';
  const fail = (message: string): Integer => {
    problem ||= message;
    position = tokens.length;
    return 0;
  };
  const primary = (depth: number): Integer => {
    const token = tokens[position++];
    if (token === undefined) return fail('the expression of #if is incomplete');
    if (depth > 200) return fail('the expression of #if is nested too deeply');
    if (token === '(') {
      const value = conditional(depth + 1);
      return tokens[position++] === ')' ? value : fail("missing ')' in the expression of #if");
    }
    if (token === '!') return primary(depth + 1) === 0 ? 1 : 0;
    if (token === '-') return integer.subtract(0, primary(depth + 1));
    if (token === '~') return integer.not(primary(depth + 1));
    if (token === '+') return primary(depth + 1);
    if (isIdentifier(token)) return 0;
    if (token.startsWith("'")) return token.length > 1 ? token.charCodeAt(1) : 0;
    const digits = /^(0[xX][0-9a-fA-F]+|0[bB][01]+|\d+)[uUlL]*$/.exec(token)?.[1];
    if (digits === undefined) return fail(`'${token}' cannot stand in the expression of #if`);
    return integer.fromBigint(
      BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits}` : digits === '' ? '0' : /^0\d/.test(digits) ? '0' : digits),
    );
  };
  const binary = (rank: number, depth: number): Integer => {
    let left = primary(depth);
    for (;;) {
      const operator = tokens[position];
      const operatorRank = operator === undefined ? undefined : binaryRanks[operator];
      if (operatorRank === undefined || operatorRank <= rank) return left;
      position++;
      const right = binary(operatorRank, depth + 1);
      left = combine(operator!, left, right);
    }
  };
  const combine = (operator: string, left: Integer, right: Integer): Integer => {
    const value = compute(operator, left, right);
    if (value === undefined) return 0;
    // Comparisons give 1 in C.
    return binaryRanks[operator]! <= 7 && binaryRanks[operator]! >= 6 && value !== 0 ? 1 : value;
  };
  const conditional = (depth: number): Integer => {
    const condition = binary(0, depth);
    if (tokens[position] !== '?') return condition;
    position++;
    const yes = conditional(depth + 1);
    if (tokens[position++] !== ':') return fail("missing ':' in the expression of #if");
    const no = conditional(depth + 1);
    return condition !== 0 ? yes : no;
  };
  const value = conditional(0);
  if (!problem && position < tokens.length) problem = `unexpected '${tokens[position]}' in the expression of #if`;
  return problem || value;
}
