import { SectionFlag } from '../../../object/relocatable';
import { parseExpression } from './expressions';
import type { Scanner } from './scanner';
import type {
  Assertion,
  Assignment,
  FillPattern,
  InputDescription,
  NamePattern,
  OutputDescription,
  ScriptExpression,
  ScriptPlace,
  SectionStatement,
  SortOrder,
} from './syntax';

const dataSizes = [
  ['BYTE', 1],
  ['SHORT', 2],
  ['LONG', 4],
  ['QUAD', 8],
  ['SQUAD', 8],
] as const;

const sectionFlags: Readonly<Record<string, number>> = {
  SHF_WRITE: SectionFlag.Write,
  SHF_ALLOC: SectionFlag.Alloc,
  SHF_EXECINSTR: SectionFlag.Execute,
  SHF_MERGE: SectionFlag.Merge,
  SHF_STRINGS: SectionFlag.Strings,
  SHF_TLS: SectionFlag.Tls,
};

/** What the parser of whole scripts does for the inside of an output section as well. */
export interface StatementReader {
  guard(scanner: Scanner, read: () => void): void;
  included(scanner: Scanner, read: (inner: Scanner) => void): void;
  statementAnywhere(scanner: Scanner): Assignment | Assertion | undefined;
}

/** What follows the name of an output section, up to the end of its description. @throws ScriptError */
export function parseSectionBody(
  parser: StatementReader,
  scanner: Scanner,
  name: string,
  place: ScriptPlace,
): OutputDescription {
  const header = parseHeader(scanner);
  scanner.require('{');
  const statements: SectionStatement[] = [];
  readStatements(parser, scanner, statements);
  scanner.require('}');
  let region: string | undefined;
  let loadRegion: string | undefined;
  const headers: string[] = [];
  let fill: FillPattern | undefined;
  for (;;) {
    if (scanner.take('>')) region = scanner.requireName('plain', 'a memory region');
    else if (scanner.takeWord('AT')) {
      scanner.require('>');
      loadRegion = scanner.requireName('plain', 'a memory region');
    } else if (scanner.take(':')) headers.push(scanner.requireName('plain', 'a program header'));
    else if (scanner.take('=')) fill = parseFill(scanner);
    else break;
  }
  return { kind: 'output', place, name, ...header, statements, region, loadRegion, headers, fill };
}

type Header = Pick<
  OutputDescription,
  'address' | 'type' | 'loadAddress' | 'alignment' | 'alignWithInput' | 'inputAlignment' | 'constraint'
>;

function parseHeader(scanner: Scanner): Header {
  let address: ScriptExpression | undefined;
  let type = sectionType(scanner);
  if (!type && !scanner.at(':')) {
    address = parseExpression(scanner);
    type = sectionType(scanner);
  }
  scanner.require(':');
  const parenthesized = (word: string): ScriptExpression | undefined => {
    if (!scanner.takeWord(word)) return undefined;
    scanner.require('(');
    const value = parseExpression(scanner);
    scanner.require(')');
    return value;
  };
  const loadAddress = parenthesized('AT');
  const alignment = parenthesized('ALIGN');
  const alignWithInput = scanner.takeWord('ALIGN_WITH_INPUT');
  const inputAlignment = parenthesized('SUBALIGN');
  const constraint = (['ONLY_IF_RO', 'ONLY_IF_RW'] as const).find((word) => scanner.takeWord(word));
  return { address, type: type ?? 'normal', loadAddress, alignment, alignWithInput, inputAlignment, constraint };
}

/** `(NOLOAD)` and its like; undefined when an address or nothing stands here. */
function sectionType(scanner: Scanner): OutputDescription['type'] | undefined {
  const start = scanner.position;
  if (!scanner.take('(')) return undefined;
  if (scanner.take(')')) return 'normal';
  let type: OutputDescription['type'] | undefined;
  if (scanner.takeWord('NOLOAD')) type = 'noload';
  else if (scanner.takeWord('READONLY')) type = 'readonly';
  else if (['DSECT', 'COPY', 'INFO', 'OVERLAY'].some((word) => scanner.takeWord(word))) type = 'noalloc';
  if (type && scanner.take(')')) return type;
  scanner.position = start;
  return undefined;
}

function readStatements(parser: StatementReader, scanner: Scanner, statements: SectionStatement[]): void {
  while (!scanner.at('}') && !scanner.atEnd) parser.guard(scanner, () => readStatement(parser, scanner, statements));
}

function readStatement(parser: StatementReader, scanner: Scanner, statements: SectionStatement[]): void {
  const start = scanner.position;
  if (scanner.take(';')) return;
  if (scanner.takeWord('INCLUDE')) {
    parser.included(scanner, (inner) => {
      while (!inner.atEnd) parser.guard(inner, () => readStatement(parser, inner, statements));
    });
    return;
  }
  if (scanner.takeWord('CONSTRUCTORS') || scanner.takeWord('CREATE_OBJECT_SYMBOLS')) return;
  const data = dataSizes.find(([word]) => scanner.takeWord(word));
  if (data) {
    scanner.require('(');
    const value = parseExpression(scanner);
    scanner.require(')');
    statements.push({ kind: 'data', size: data[1], value, place: scanner.placeFrom(start) });
    return;
  }
  if (scanner.takeWord('FILL')) {
    scanner.require('(');
    const pattern = parseFill(scanner);
    scanner.require(')');
    statements.push({ kind: 'fill', pattern, place: scanner.placeFrom(start) });
    return;
  }
  const statement = parser.statementAnywhere(scanner) ?? inputDescription(scanner);
  if (statement) statements.push(statement);
}

/** A fill: a long hexadecimal number gives its bytes as written, any other expression four bytes. */
function parseFill(scanner: Scanner): FillPattern {
  const start = scanner.position;
  const number = scanner.number();
  const ended =
    scanner.atEnd || scanner.text[scanner.position] === '}' || !/[-+*/%<&|^?]/.test(scanner.text[scanner.position]!);
  if (number && ended && /^0[xX]/.test(number.text)) {
    const digits = number.text.slice(2).replace(/[kKmM]$/, '');
    if (digits.length > 8 || number.text.length - 2 > digits.length) {
      const even = digits.length % 2 ? `0${digits}` : digits;
      return { bytes: Uint8Array.from(even.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)) };
    }
  }
  scanner.position = start;
  return { value: parseExpression(scanner) };
}

function inputDescription(scanner: Scanner): InputDescription | undefined {
  const start = scanner.position;
  if (scanner.takeWord('KEEP')) {
    scanner.require('(');
    const inner = description(scanner, start, true);
    scanner.require(')');
    return inner;
  }
  return description(scanner, start, false);
}

function description(scanner: Scanner, start: number, keep: boolean): InputDescription | undefined {
  const [wanted, unwanted] = inputFlags(scanner);
  const file = namePattern(scanner);
  // SORT(CONSTRUCTORS) is about a format that is not linked here.
  if (file.name === 'CONSTRUCTORS') return undefined;
  const sections: NamePattern[] = [];
  if (scanner.take('(')) {
    while (!scanner.take(')')) {
      sections.push(namePattern(scanner));
      scanner.take(',');
    }
  } else sections.push({ name: '*', excluded: [], sort: 'none' });
  return { kind: 'input', file, sections, wanted, unwanted, keep, place: scanner.placeFrom(start) };
}

function inputFlags(scanner: Scanner): [wanted: number, unwanted: number] {
  let [wanted, unwanted] = [0, 0];
  if (!scanner.takeWord('INPUT_SECTION_FLAGS')) return [wanted, unwanted];
  scanner.require('(');
  do {
    const word = scanner.requireName('wild', 'a section flag');
    const flag = sectionFlags[word.replace(/^!/, '')];
    if (flag === undefined)
      throw scanner.error(`'${word}' is no section flag: ${Object.keys(sectionFlags).join(', ')} are`);
    if (word.startsWith('!')) unwanted |= flag;
    else wanted |= flag;
  } while (scanner.take('&'));
  scanner.require(')');
  return [wanted, unwanted];
}

const sorts: readonly (readonly [word: string, sort: SortOrder])[] = [
  ['SORT_BY_NAME', 'name'],
  ['SORT_BY_ALIGNMENT', 'alignment'],
  ['SORT_BY_INIT_PRIORITY', 'init-priority'],
  ['SORT_NONE', 'none'],
  ['SORT', 'name'],
];

/** A name with wildcards in its SORT and EXCLUDE_FILE. */
function namePattern(scanner: Scanner): NamePattern {
  for (const [word, sort] of sorts) {
    if (!scanner.takeWord(word)) continue;
    scanner.require('(');
    const inner = namePattern(scanner);
    scanner.require(')');
    return { ...inner, sort: nestedSort(sort, inner.sort) };
  }
  const excluded: string[] = [];
  if (scanner.takeWord('EXCLUDE_FILE')) {
    scanner.require('(');
    while (!scanner.take(')')) {
      excluded.push(scanner.requireName('wild', 'the name of a file'));
      scanner.take(',');
    }
  }
  return { name: scanner.requireName('wild', 'the name of a section or file'), excluded, sort: 'none' };
}

function nestedSort(outer: SortOrder, inner: SortOrder): SortOrder {
  if (outer === 'name' && inner === 'alignment') return 'name-alignment';
  if (outer === 'alignment' && inner === 'name') return 'alignment-name';
  return outer;
}
