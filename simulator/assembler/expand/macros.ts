import { characterValue } from '../syntax/expression';
import { isNamePart, isNameStart, isSpace, skipCharacter, skipName, skipSpace, skipString } from '../syntax/lexer';
import { type Line, parseLine, type Statement, withoutComments } from '../syntax/statement';

/** A line that was set aside for later: of a macro body or a repeated block. */
export interface BodyLine {
  readonly text: string;
  /** Where it stands in its file. */
  readonly line: number;
  readonly column: number;
  /** Parsed lines by text, kept with the statement that the line was. */
  readonly parsed: Map<string, Line>;
  /** Whether it may begin or end a condition, whatever is put in for parameters: other lines need no look while all is skipped. */
  readonly structural: boolean;
}

export interface Parameter {
  readonly name: string;
  readonly default: string;
  readonly required: boolean;
  readonly variable: boolean;
}

export interface Macro {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly body: readonly BodyLine[];
  readonly file: string;
  /** Where the name stands in its definition. */
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

/** Values by parameter name; `LOCAL` of .altmacro adds to them. */
export type Arguments = Map<string, string>;

/** How macros take their arguments: .altmacro has `<texts>`, `%expressions`, and names without backslash. */
export interface MacroStyle {
  readonly alternate: boolean;
  /** The decimal value of the expression at a position, and where it ends. */
  evaluate(text: string, position: number): { readonly text: string; readonly end: number };
}

/** Without .altmacro. */
export const plainStyle: MacroStyle = {
  alternate: false,
  evaluate: (_, position) => ({ text: '', end: position }),
};

export type Problem = { readonly message: string };

/**
 * A statement's operand text as GNU as sees it after its scrubber: no comments, and white space only between two
 * characters that would otherwise grow together.
 */
export function scrub(text: string): string {
  const plain = withoutComments(text);
  let result = '';
  let pendingSpace = false;
  // White space after a string or character is dropped.
  let afterLiteral = false;
  for (let i = 0; i < plain.length; ) {
    const c = plain.charCodeAt(i);
    if (isSpace(c)) {
      pendingSpace = true;
      i++;
      continue;
    }
    // Between two strings it stays: without it they would be one, with a quote in it.
    const apart = c === 0x22 && result.endsWith('"');
    if (pendingSpace && (!afterLiteral || apart) && result !== '' && joins(result.charCodeAt(result.length - 1), c))
      result += ' ';
    pendingSpace = false;
    let end = i + 1;
    if (c === 0x22) end = skipString(plain, i, plain.length);
    else if (c === 0x27) end = skipCharacter(plain, i, plain.length);
    // Character literals are numbers from here on.
    const character = c === 0x27 ? characterValue(plain.slice(i, end)) : undefined;
    result += character === undefined ? plain.slice(i, end) : String(character);
    afterLiteral = c === 0x22 || c === 0x27;
    i = end;
  }
  return result;
}

/** Whether white space between two characters separates words. */
function joins(before: number, after: number): boolean {
  const isWord = (c: number): boolean => isNamePart(c) || c === 0x22 || c === 0x27 || c === 0x5c;
  return isWord(before) && isWord(after);
}

/** Reads `name parameters` of a `.macro` directive. */
export function parseMacroHeader(
  text: string,
  style = plainStyle,
): { name: string; nameEnd: number; parameters: readonly Parameter[] } | Problem {
  const nameEnd = skipName(text, 0, text.length);
  if (nameEnd === 0) return { message: 'missing macro name' };
  const name = text.slice(0, nameEnd);
  let position = skipSpace(text, nameEnd, text.length);
  const parenthesized = text[position] === '(';
  if (parenthesized || text[position] === ',') position++;
  const parameters: Parameter[] = [];
  for (;;) {
    position = skipSpace(text, position, text.length);
    const comma = text[position - 1] === ',';
    if ((position >= text.length && !comma) || (parenthesized && text[position] === ')')) break;
    if (!isNameStart(text.charCodeAt(position))) {
      return {
        message: `bad parameter list for macro '${name}': a parameter name is expected at '${text.slice(position)}'`,
      };
    }
    const end = skipName(text, position, text.length);
    const parameter = text.slice(position, end);
    if (parameters.some((known) => known.name === parameter)) {
      return { message: `parameter '${parameter}' of macro '${name}' is already there` };
    }
    position = skipSpace(text, end, text.length);
    let required = false;
    let variable = false;
    if (text[position] === ':') {
      const start = skipSpace(text, position + 1, text.length);
      position = skipName(text, start, text.length);
      const qualifier = text.slice(start, position).toLowerCase();
      required = qualifier === 'req';
      variable = qualifier === 'vararg';
      if (!required && !variable) {
        return { message: `'${qualifier}' is no qualifier of a macro parameter: 'req' or 'vararg' can stand here` };
      }
      position = skipSpace(text, position, text.length);
    }
    let defaultValue = '';
    if (text[position] === '=') {
      const value = argumentAt(text, position + 1, style);
      defaultValue = value.text;
      position = skipSpace(text, value.end, text.length);
    }
    parameters.push({ name: parameter, default: defaultValue, required, variable });
    if (variable) {
      if (position >= text.length || parenthesized) break;
      return {
        message: `'${parameter}' of macro '${name}' takes all arguments that are left: no parameter can follow`,
      };
    }
    if (text[position] === ',') position++;
  }
  return { name, nameEnd, parameters };
}

/** Binds the arguments of a macro call, given as scrubbed text. */
export function bindArguments(macro: Macro, text: string, style = plainStyle): Arguments | Problem {
  const values = new Map<string, string>();
  let position = skipSpace(text, 0, text.length);
  let next = 0;
  let keywords = false;
  while (position < text.length) {
    const word = style.alternate ? undefined : /^[^\s,";()=<>]*=/.exec(text.slice(position));
    const keyword = word && /^([A-Za-z_.$][\w.$]*)=/.exec(word[0]);
    if (word && !keyword) return { message: `'${word[0]}' names no parameter` };
    if (keyword) {
      const name = keyword[1]!;
      const parameter = macro.parameters.find((candidate) => candidate.name === name);
      if (!parameter) return { message: `macro '${macro.name}' has no parameter '${name}'` };
      keywords = true;
      const value = argumentAt(text, position + keyword[0].length, style);
      values.set(name, value.text);
      position = value.end;
    } else {
      if (keywords) return { message: 'positional arguments cannot follow named ones' };
      const parameter = macro.parameters[next++];
      if (!parameter) {
        return { message: `too many arguments for macro '${macro.name}': it takes ${macro.parameters.length}` };
      }
      if (parameter.variable) {
        values.set(parameter.name, text.slice(position));
        break;
      }
      const value = argumentAt(text, position, style);
      values.set(parameter.name, value.text);
      // An argument of no length that is no comma would go on for ever.
      position = value.end > position || text[position] === ',' ? value.end : position + 1;
    }
    position = skipComma(text, position);
  }
  for (const parameter of macro.parameters) {
    if (values.get(parameter.name)) continue;
    if (parameter.required)
      return { message: `macro '${macro.name}' needs a value for its parameter '${parameter.name}'` };
    values.set(parameter.name, parameter.default);
  }
  return values;
}

/** The values of an `.irp` list, given as scrubbed text. */
export function listValues(text: string, style = plainStyle): string[] {
  const values: string[] = [];
  let position = skipSpace(text, 0, text.length);
  while (position < text.length) {
    const value = argumentAt(text, position, style);
    values.push(value.text);
    position = value.end > position || text[position] === ',' ? value.end : position + 1;
    position = skipComma(text, position);
  }
  return values;
}

/** The two texts of `.ifc`, given as scrubbed text: up to the first comma, and all that follows. Quotes belong to them. */
export function comparedTexts(text: string): readonly [string, string] | undefined {
  const comma = text.indexOf(',');
  return comma < 0 ? undefined : [text.slice(0, comma).trim(), text.slice(comma + 1).trim()];
}

/** The two quoted strings of `.ifeqs`, given as scrubbed text. */
export function comparedStrings(text: string): readonly [string, string] | undefined {
  const match = /^("(?:\\.|[^"\\])*")\s*,\s*("(?:\\.|[^"\\])*")\s*$/.exec(text);
  return match ? [match[1]!, match[2]!] : undefined;
}

/** The characters of an `.irpc` list. */
export function listCharacters(text: string): string[] {
  const quoted = /^"(.*)"$/.exec(text);
  return quoted ? [...quoted[1]!] : [...text.replace(/[\s"]/g, '')];
}

/** One argument: a quoted string loses its quotes, other text goes on to a comma or to white space outside brackets. */
function argumentAt(text: string, position: number, style: MacroStyle): { text: string; end: number } {
  const { alternate } = style;
  position = skipSpace(text, position, text.length);
  const first = text[position];
  if (first === '"' || (alternate && (first === '<' || first === "'"))) {
    const value = quotedArgument(text, position, alternate);
    // The alternate style keeps the quotes of a string.
    return alternate && first !== '<' ? { text: `"${value.text}"`, end: value.end } : value;
  }
  if (alternate && first === '%') return style.evaluate(text, position + 1);
  const start = position;
  const brackets: string[] = [];
  while (position < text.length) {
    const c = text[position]!;
    const open = brackets.at(-1);
    if (c === ',' || (alternate && c === '<') || (!open && (c === ' ' || c === '\t'))) break;
    if (c === '"' || c === "'") {
      const close = text.indexOf(c, position + 1);
      if (close < 0) return { text: text.slice(start), end: text.length };
      position = close;
    } else if (c === '(' || c === '[') brackets.push(c);
    else if ((c === ')' && open === '(') || (c === ']' && open === '[')) brackets.pop();
    position++;
  }
  return { text: text.slice(start, position), end: position };
}

/** Neighbouring strings, and in the alternate style `<texts>`, in which `!` takes the next character as it is. */
function quotedArgument(text: string, position: number, alternate: boolean): { text: string; end: number } {
  let value = '';
  for (;;) {
    const quote = text[position];
    if (alternate && quote === '<') {
      let depth = 0;
      for (position++; position < text.length && (text[position] !== '>' || depth > 0); position++) {
        if (text[position] === '!') position++;
        else if (text[position] === '>') depth--;
        else if (text[position] === '<') depth++;
        value += text[position] ?? '';
      }
      position++;
      continue;
    }
    if (quote !== '"' && !(alternate && quote === "'")) return { text: value, end: position };
    position++;
    let escaped = false;
    while (position < text.length) {
      escaped = text[position - 1] === '\\' && !escaped;
      if (alternate && text[position] === '!') {
        value += text[position + 1] ?? '';
        position += 2;
        continue;
      }
      if (text[position] === quote && !escaped) {
        position++;
        if (text[position] !== quote) break;
      }
      value += text[position] ?? '';
      position++;
    }
  }
}

function skipComma(text: string, position: number): number {
  position = skipSpace(text, position, text.length);
  return text[position] === ',' ? skipSpace(text, position + 1, text.length) : position;
}

/** Characters of a line that substitution makes. */
const maximumLineLength = 1_000_000;

/**
 * Replaces `\\name` and `&name` of every given argument, `\\@` and `\\(text)` in a body line; in the alternate style
 * also names by themselves. Unknown names stay as they are, since an inner macro may define them. Undefined when the
 * text would be longer than any line should be.
 */
export function substitute(text: string, values: Arguments, serial: number, alternate: boolean): string | undefined {
  if (!alternate && !text.includes('\\') && !text.includes('&')) return text;
  let result = '';
  let from = 0;
  for (let i = 0; i < text.length; ) {
    const c = text.charCodeAt(i);
    let end = i + 1;
    let replacement: string | undefined;
    if (c === Backslash) {
      const next = text.charCodeAt(end);
      if (next === At) {
        replacement = String(serial);
        end++;
      } else if (next === OpenParenthesis) {
        const close = text.indexOf(')', end);
        if (close >= 0) {
          replacement = text.slice(end + 1, close);
          end = close + 1;
        }
      } else if (isNameStart(next)) {
        replacement = valueAt(text, i + 1, values, alternate);
        end = nameEndAt(text, i + 1, alternate);
        if (replacement !== undefined && text[end] === "'") end++;
      } else end++;
    } else if (c === Ampersand) {
      end = nameEndAt(text, i + 1, alternate);
      replacement = end > i + 1 ? valueAt(text, i + 1, values, alternate) : undefined;
      if (replacement !== undefined && text[end] === '&') end++;
      if (end === i) end = i + 1;
    } else if (alternate && isNameStart(c)) {
      end = nameEndAt(text, i, alternate);
      replacement = valueAt(text, i, values, alternate);
      if (text[end] === "'") {
        replacement ??= text.slice(i, end);
        end++;
      }
    }
    if (replacement !== undefined) {
      result += text.slice(from, i) + replacement;
      if (result.length > maximumLineLength) return undefined;
      from = end;
    }
    i = Math.max(end, i + 1);
  }
  return from === 0 ? text : result + text.slice(from);
}

const Backslash = 0x5c;
const At = 0x40;
const OpenParenthesis = 0x28;
const Ampersand = 0x26;

/** Where the name at a position ends; in the alternate style with the `&` after it. */
function nameEndAt(text: string, position: number, alternate: boolean): number {
  let end = position;
  if (isNameStart(text.charCodeAt(end))) while (end < text.length && isNamePart(text.charCodeAt(end))) end++;
  return alternate && end > position && text[end] === '&' ? end + 1 : end;
}

function valueAt(text: string, position: number, values: Arguments, alternate: boolean): string | undefined {
  const end = nameEndAt(text, position, alternate);
  return values.get(text.slice(position, text[end - 1] === '&' ? end - 1 : end));
}

/** The names of a `LOCAL` line of the alternate style; undefined for any other line. */
export function localNames(text: string): string[] | undefined {
  const match = /^\s*LOCAL\s+(.*)$/i.exec(text);
  return match ? match[1]!.split(/[\s,]+/).filter((name) => name !== '') : undefined;
}

export interface ExpandedLine {
  readonly parsed: Line;
  readonly changed: boolean;
}

/** A body line's statements for one expansion, and whether its text is the source's. */
export function expandLine(
  line: BodyLine,
  values: Arguments,
  serial: number,
  alternate = false,
): ExpandedLine | undefined {
  const text = substitute(line.text, values, serial, alternate);
  if (text === undefined) return undefined;
  return { parsed: parsedAs(line, text), changed: text !== line.text };
}

/** A body line's statements as they are written. */
export function unchangedLine(line: BodyLine): ExpandedLine {
  return { parsed: parsedAs(line, line.text), changed: false };
}

/** Texts of one line that are kept parsed. */
const maximumKept = 32;

function parsedAs(line: BodyLine, text: string): Line {
  let found = line.parsed.get(text);
  if (!found) {
    found = parseLine(text, false, false);
    if (line.parsed.size >= maximumKept) line.parsed.clear();
    line.parsed.set(text, found);
  }
  return found;
}

/** A statement as a line to set aside. `column` is where the statement's text starts in its source line. */
export function bodyLine(statement: Statement, line: number, column: number): BodyLine {
  const start = statement.labels[0]?.start ?? statement.start;
  const text = statement.text.slice(start, Math.max(statement.end, start));
  return {
    text,
    line,
    column: column + start,
    parsed: statement.expansions,
    structural: /^(\.(if|else|end)|\S*[\\&])/i.test(text),
  };
}

/** The labels of a statement as a line to set aside. */
export function labelsLine(statement: Statement, line: number, column: number): BodyLine {
  const { start } = statement.labels[0]!;
  return {
    text: statement.text.slice(start, statement.start),
    line,
    column: column + start,
    parsed: statement.expansions,
    structural: false,
  };
}
