import { characterValue } from './expression';
import { isNamePart, isNameStart, isSpace, skipCharacter, skipName, skipSpace, skipString } from './lexer';
import { type Line, parseLine, type Statement, withoutComments } from './statement';

/** A line that was set aside for later: of a macro body or a repeated block. */
export interface BodyLine {
  readonly text: string;
  /** Where it stands in its file. */
  readonly line: number;
  readonly column: number;
  /** Parsed lines by text, kept with the statement that the line was. */
  readonly parsed: Map<string, Line>;
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

/** Values by parameter name. */
export type Arguments = ReadonlyMap<string, string>;

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
    if (pendingSpace && !afterLiteral && result !== '' && joins(result.charCodeAt(result.length - 1), c)) result += ' ';
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
): { name: string; nameEnd: number; parameters: readonly Parameter[] } | Problem {
  const nameEnd = skipName(text, 0, text.length);
  if (nameEnd === 0) return { message: 'missing macro name' };
  const name = text.slice(0, nameEnd);
  let position = skipSpace(text, nameEnd, text.length);
  const parenthesized = text[position] === '(';
  if (parenthesized) position++;
  else if (text[position] === ',') position++;
  const parameters: Parameter[] = [];
  for (;;) {
    position = skipSpace(text, position, text.length);
    if (position >= text.length || (parenthesized && text[position] === ')')) break;
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
      const value = argumentAt(text, skipSpace(text, position + 1, text.length));
      defaultValue = value.text;
      position = skipSpace(text, value.end, text.length);
    }
    parameters.push({ name: parameter, default: defaultValue, required, variable });
    if (text[position] === ',') position++;
    if (variable) break;
  }
  return { name, nameEnd, parameters };
}

/** Binds the arguments of a macro call, given as scrubbed text. */
export function bindArguments(macro: Macro, text: string): Arguments | Problem {
  const values = new Map<string, string>();
  let position = skipSpace(text, 0, text.length);
  let next = 0;
  let keywords = false;
  while (position < text.length) {
    const word = /^[^\s,";()=]*=/.exec(text.slice(position));
    const keyword = word && /^([A-Za-z_.$][\w.$]*)=/.exec(word[0]);
    if (word && !keyword) return { message: `'${word[0]}' names no parameter` };
    if (keyword) {
      const name = keyword[1]!;
      const parameter = macro.parameters.find((candidate) => candidate.name === name);
      if (!parameter) return { message: `macro '${macro.name}' has no parameter '${name}'` };
      keywords = true;
      const value = argumentAt(text, skipSpace(text, position + keyword[0].length, text.length));
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
      const value = argumentAt(text, position);
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
export function listValues(text: string): string[] {
  const values: string[] = [];
  let position = skipSpace(text, 0, text.length);
  while (position < text.length) {
    const value = argumentAt(text, position);
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
function argumentAt(text: string, position: number): { text: string; end: number } {
  if (text[position] === '"') return quotedArgument(text, position);
  const start = position;
  let depth = 0;
  while (position < text.length) {
    const c = text[position]!;
    if (c === ',' || (depth === 0 && (c === ' ' || c === '\t'))) break;
    if (c === '"' || c === "'") {
      const close = text.indexOf(c, position + 1);
      if (close < 0) return { text: text.slice(start), end: text.length };
      position = close;
    } else if (c === '(' || c === '[') depth++;
    else if ((c === ')' || c === ']') && depth > 0) depth--;
    position++;
  }
  return { text: text.slice(start, position), end: position };
}

function quotedArgument(text: string, position: number): { text: string; end: number } {
  let value = '';
  while (text[position] === '"') {
    position++;
    let escaped = false;
    while (position < text.length) {
      const c = text[position]!;
      escaped = text[position - 1] === '\\' && !escaped;
      if (c === '"' && !escaped) {
        position++;
        if (text[position] !== '"') break;
      }
      value += text[position];
      position++;
    }
  }
  return { text: value, end: position };
}

function skipComma(text: string, position: number): number {
  position = skipSpace(text, position, text.length);
  return text[position] === ',' ? skipSpace(text, position + 1, text.length) : position;
}

/** Characters of a line that substitution makes. */
const maximumLineLength = 1_000_000;

/**
 * Replaces `\name` of every given argument, `\@` and `\()` in a body line. Unknown names stay as they are, since an
 * inner macro may define them. Undefined when the text would be longer than any line should be.
 */
export function substitute(text: string, values: Arguments, serial: number): string | undefined {
  let from = text.indexOf('\\');
  if (from < 0) return text;
  let result = text.slice(0, from);
  while (from < text.length) {
    const next = text.charCodeAt(from + 1);
    let end = from + 2;
    let replacement: string | undefined;
    if (next === 0x40) replacement = String(serial);
    else if (next === 0x28 && text[from + 2] === ')') {
      replacement = '';
      end = from + 3;
    } else if (isNameStart(next)) {
      while (end < text.length && isNamePart(text.charCodeAt(end))) end++;
      replacement = values.get(text.slice(from + 1, end));
    }
    result += replacement ?? text.slice(from, end);
    if (result.length > maximumLineLength) return undefined;
    const backslash = text.indexOf('\\', end);
    if (backslash < 0) return result + text.slice(end);
    result += text.slice(end, backslash);
    from = backslash;
  }
  return result;
}

export interface ExpandedLine {
  readonly parsed: Line;
  readonly changed: boolean;
}

/** A body line's statements for one expansion, and whether its text is the source's. */
export function expandLine(line: BodyLine, values: Arguments, serial: number): ExpandedLine | undefined {
  const text = substitute(line.text, values, serial);
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
  return {
    text: statement.text.slice(start, Math.max(statement.end, start)),
    line,
    column: column + start,
    parsed: statement.expansions,
  };
}
