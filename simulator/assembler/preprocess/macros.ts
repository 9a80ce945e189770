import { isDigit } from '../syntax/lexer';

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
  /"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])+'|[A-Za-z_$][\w$]*|\.?\d(?:[eEpP][+-]|[\w.$])*|\s+|##|&&|\|\||<<|>>|[<>=!]=|[\s\S]/gu;
const maximumCharacters = 1_000_000;

/** Splits text into the preprocessor's tokens; white space is a token. */
export function cTokens(text: string): string[] {
  return text.match(tokenPattern) ?? [];
}

// By the first character's code, since each token of each expansion is asked.
function isIdentifier(token: string): boolean {
  const code = token.charCodeAt(0);
  return isNamePart(code) && !isDigit(code);
}

function isBlank(token: string): boolean {
  const code = token.charCodeAt(0);
  return code === 0x20 || (code >= 0x09 && code <= 0x0d) || (code > 0x7f && /^\s/.test(token));
}

/** Parses what follows `#define`; a string says what is wrong. */
export function parseDefine(text: string): Define | string {
  const match = /^([A-Za-z_$][\w$]*)(\(([^)]*)\))?/.exec(text);
  if (!match) return 'a macro name is expected after #define';
  const [whole, name, list, inner] = match;
  const body = trimTokens(cTokens(text.slice(whole.length)));
  if (name === 'defined') return "'defined' cannot be a macro";
  if (body[0] === '##' || body.at(-1) === '##') return "'##' joins two things: it can be neither first nor last";
  if (list === undefined) return { name: name!, parameters: undefined, variadic: undefined, body };
  const parameters: string[] = [];
  let variadic: string | undefined;
  for (const part of inner!.trim() === '' ? [] : inner!.split(',')) {
    const parameter = part.trim();
    if (variadic !== undefined) return `no parameter can follow '...'`;
    if (parameter === '...') variadic = '__VA_ARGS__';
    else if (/^[A-Za-z_$][\w$]*\s*\.\.\.$/.test(parameter)) variadic = parameter.replace(/\s*\.\.\.$/, '');
    else if (!/^[A-Za-z_$][\w$]*$/.test(parameter)) return `'${parameter}' is no parameter name`;
    else if (parameters.includes(parameter)) return `parameter '${parameter}' is there twice`;
    else parameters.push(parameter);
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

/** Columns of the result that come from columns of the source: as they stand there, or made by a call there. */
export interface ColumnRun {
  readonly start: number;
  readonly end: number;
  readonly sourceStart: number;
  readonly sourceEnd: number;
}

export interface Expansion {
  readonly text: string;
  /** In order of `start`. */
  readonly columns: readonly ColumnRun[];
  readonly problem: ExpansionProblem | undefined;
}

/** Replaces every macro in a text. */
export function expandText(text: string, defines: Defines, builtin: (name: string) => string | undefined): Expansion {
  const expander = new Expander(defines, builtin);
  let column = 0;
  const tokens = cTokens(text).map((token): Token => {
    const start = column;
    column += token.length;
    return { text: token, start, end: column, hidden: undefined };
  });
  const expanded = expander.expand(tokens, 0);
  const columns: ColumnRun[] = [];
  let result = '';
  let previous: Token | undefined;
  for (const token of expanded) {
    // Tokens that stood apart must not grow together.
    if (previous && token.start !== previous.end && growsTogether(previous.text, token.text)) result += ' ';
    const start = result.length;
    result += token.text;
    columns.push({ start, end: result.length, sourceStart: token.start, sourceEnd: token.end });
    previous = token;
  }
  return { text: result, columns, problem: expander.problem };
}

/** Whether a character code is that of `[\w$]`. */
function isNamePart(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x5f ||
    code === 0x24
  );
}

function growsTogether(before: string, after: string): boolean {
  return isNamePart(before.charCodeAt(before.length - 1)) && isNamePart(after.charCodeAt(0));
}

/** The macros in whose replacement a token came about: they do not apply to it again. */
interface Hidden {
  readonly name: string;
  readonly next: Hidden | undefined;
  /** How many there are. */
  readonly count: number;
}

function hide(name: string, next: Hidden | undefined): Hidden {
  return { name, next, count: next ? next.count + 1 : 1 };
}

interface Token {
  readonly text: string;
  /** Columns of the source: of the token itself, or of the name of the macro that it comes from. */
  readonly start: number;
  readonly end: number;
  readonly hidden: Hidden | undefined;
}

/** A macro call's arguments, and where it ends. */
interface Call {
  readonly values: readonly (readonly Token[])[];
  readonly hidden: Hidden | undefined;
}

const maximumDepth = 200;

function isHidden(name: string, hidden: Hidden | undefined): boolean {
  for (let at = hidden; at; at = at.next) if (at.name === name) return true;
  return false;
}

function common(a: Hidden | undefined, b: Hidden | undefined): Hidden | undefined {
  let result: Hidden | undefined;
  for (let at = a; at; at = at.next) if (isHidden(at.name, b)) result = hide(at.name, result);
  return result;
}

function union(a: Hidden | undefined, b: Hidden | undefined): Hidden | undefined {
  if (!a) return b;
  let result = b;
  for (let at: Hidden | undefined = a; at; at = at.next) if (!isHidden(at.name, b)) result = hide(at.name, result);
  return result;
}

/** Macro expansion as the C standard has it (Prosser's algorithm): what a macro gives is looked at again with what follows. */
class Expander {
  problem: ExpansionProblem | undefined;
  #budget = maximumCharacters;

  constructor(
    readonly defines: Defines,
    readonly builtin: (name: string) => string | undefined,
  ) {}

  expand(tokens: readonly Token[], depth: number): Token[] {
    if (depth > maximumDepth) this.problem ??= { kind: 'error', message: 'macro calls are nested too deeply' };
    const result: Token[] = [];
    /** What is still to be looked at, the next token last. */
    const rest = [...tokens].reverse();
    while (rest.length > 0) {
      const token = rest.pop()!;
      // What is hidden is searched name by name.
      this.#budget -= 1 + token.text.length + ((token.hidden?.count ?? 0) >> 5);
      if (this.#budget < 0) this.problem = { kind: 'error', message: 'macro expansion grows too large' };
      if (this.problem?.kind === 'error') return result;
      const name = isIdentifier(token.text) ? token.text : undefined;
      const define = name !== undefined && !isHidden(name, token.hidden) ? this.defines.get(name) : undefined;
      if (!define) {
        const made = name === undefined ? undefined : this.builtin(name);
        result.push(made === undefined ? token : { ...token, text: made });
        continue;
      }
      const call = define.parameters ? this.#call(rest, define) : { values: [], hidden: token.hidden };
      if (!call) {
        result.push(token);
        continue;
      }
      const outer = define.parameters ? common(token.hidden, call.hidden) : token.hidden;
      const hidden = hide(define.name, outer);
      const replaced = this.#replace(define, call, token, hidden, depth);
      for (let i = replaced.length - 1; i >= 0; i--) rest.push(replaced[i]!);
    }
    return result;
  }

  /** Takes the arguments of a call off the tokens, when a `(` comes next; undefined when none does. */
  #call(rest: Token[], define: Define): Call | undefined {
    let open = rest.length - 1;
    while (open >= 0 && isBlank(rest[open]!.text)) open--;
    if (rest[open]?.text !== '(') return undefined;
    const count = define.parameters!.length;
    const values: Token[][] = [[]];
    let depth = 0;
    for (let i = open; i >= 0; i--) {
      const token = rest[i]!;
      if (token.text === '(' && depth++ === 0) continue;
      if (token.text === ')' && --depth === 0) {
        rest.length = i;
        const trimmed = values.map((value) => trim(value));
        const given = trimmed.length === 1 && trimmed[0]!.length === 0 && count === 0 ? [] : trimmed;
        this.#checkCount(define, given.length);
        return { values: given, hidden: token.hidden };
      }
      const room = define.variadic === undefined || values.length <= count;
      if (token.text === ',' && depth === 1 && room) values.push([]);
      else values.at(-1)!.push(token);
    }
    this.problem ??= { kind: 'open-call', name: define.name };
    return undefined;
  }

  #checkCount({ name, parameters, variadic }: Define, given: number): void {
    const count = parameters!.length;
    if (given >= count && (given <= count || variadic !== undefined)) return;
    this.problem ??= { kind: 'error', message: `macro '${name}' takes ${count} arguments, not ${given}` };
  }

  /** The body with its parameters replaced, `#` and `##` applied, hidden from what it came from. */
  #replace(define: Define, { values }: Call, at: Token, hidden: Hidden, depth: number): Token[] {
    const { parameters = [], variadic } = define;
    const made = (text: string): Token => ({ text, start: at.start, end: at.end, hidden: undefined });
    const expanded = new Map<number, readonly Token[]>();
    const indexOf = (name: string | undefined): number => {
      if (name === undefined || !define.parameters) return -1;
      return name === variadic ? parameters.length : parameters.indexOf(name);
    };
    const argument = (index: number): readonly Token[] => {
      let value = expanded.get(index);
      if (!value) {
        value = this.expand(values[index] ?? [], depth + 1);
        expanded.set(index, value);
      }
      return value;
    };
    const substitute = (body: readonly string[]): Token[] => {
      const result: Token[] = [];
      for (let i = 0; i < body.length; i++) {
        const token = body[i]!;
        const next = nextSolid(body, i + 1);
        const parameter = indexOf(token);
        if (token === '#' && indexOf(body[next]) >= 0) {
          result.push(made(stringify(values[indexOf(body[next])] ?? [])));
          i = next;
        } else if (token === '__VA_OPT__' && variadic !== undefined && body[next] === '(') {
          const close = closing(body, next);
          const some = argument(parameters.length).some(({ text }) => !isBlank(text));
          if (some) append(result, substitute(trimTokens(body.slice(next + 1, close))));
          i = close;
        } else if (token === '##' && result.length > 0) {
          i = next;
          const right = indexOf(body[next]);
          const raw = right < 0 ? [made(body[next]!)] : (values[right] ?? []);
          while (result.length > 0 && isBlank(result.at(-1)!.text)) result.pop();
          const left = result.pop();
          // GNU: a comma before the variable arguments goes when there are none.
          if (left?.text === ',' && body[next] === variadic && variadic !== undefined) {
            if (raw.length > 0) {
              result.push(left);
              append(result, argument(right));
            }
            continue;
          }
          const [first, ...others] = raw;
          const pasted = `${left?.text ?? ''}${first?.text ?? ''}`;
          const both = common(left?.hidden, first?.hidden);
          // What makes no token together stays apart.
          for (const text of pasted === '' ? [''] : cTokens(pasted))
            result.push({ ...(left ?? at), text, hidden: both });
          append(result, others);
        } else if (parameter < 0) result.push(made(token));
        else if (body[next] === '##') {
          const raw = values[parameter] ?? [];
          append(result, raw.length > 0 ? raw : [made('')]);
        } else append(result, argument(parameter));
      }
      return result;
    };
    const result: Token[] = [];
    for (const { text, start, end, hidden: before } of substitute(define.body))
      if (text !== '') result.push({ text, start, end, hidden: before ? union(before, hidden) : hidden });
    return result;
  }
}

/** Adds tokens one by one: there may be too many for a spread. */
function append(list: Token[], more: readonly Token[]): void {
  for (const token of more) list.push(token);
}

function trim(tokens: readonly Token[]): Token[] {
  let start = 0;
  let end = tokens.length;
  while (start < end && isBlank(tokens[start]!.text)) start++;
  while (end > start && isBlank(tokens[end - 1]!.text)) end--;
  return tokens.slice(start, end);
}

function nextSolid(tokens: readonly string[], position: number): number {
  while (position < tokens.length && isBlank(tokens[position]!)) position++;
  return position;
}

/** The `)` of the `(` at a position, or the end. */
function closing(tokens: readonly string[], open: number): number {
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    if (tokens[i] === '(') depth++;
    else if (tokens[i] === ')' && --depth === 0) return i;
  }
  return tokens.length;
}

function stringify(tokens: readonly Token[]): string {
  let text = '';
  for (const { text: token } of tokens) {
    if (!isBlank(token)) text += /^["']/.test(token) ? token.replace(/["\\]/g, '\\$&') : token;
    else if (!text.endsWith(' ')) text += ' ';
  }
  return `"${text.trim()}"`;
}
