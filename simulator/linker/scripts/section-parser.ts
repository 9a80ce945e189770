import { SectionFlag, SectionType } from '../../object/elf/relocatable';
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
  SegmentName,
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
  const headers: SegmentName[] = [];
  let fill: FillPattern | undefined;
  for (;;) {
    if (scanner.take('>')) region = scanner.requireName('plain', 'a memory region');
    else if (scanner.takeWord('AT')) {
      scanner.require('>');
      loadRegion = scanner.requireName('plain', 'a memory region');
    } else if (scanner.take(':')) headers.push(parseSegmentName(scanner));
    else if (scanner.take('=')) fill = parseFill(scanner);
    else break;
  }
  return { kind: 'output', place, name, ...header, statements, region, loadRegion, headers, fill };
}

function parseSegmentName(scanner: Scanner): SegmentName {
  const start = scanner.position;
  const name = scanner.requireName('plain', 'a program header');
  return { name, place: scanner.placeFrom(start) };
}

type Header = Pick<
  OutputDescription,
  'address' | 'type' | 'elfType' | 'loadAddress' | 'alignment' | 'alignWithInput' | 'inputAlignment' | 'constraint'
>;

function parseHeader(scanner: Scanner): Header {
  let address: ScriptExpression | undefined;
  let stated = sectionType(scanner);
  if (!stated && !scanner.at(':')) {
    address = parseExpression(scanner);
    stated = sectionType(scanner);
  }
  const { type, elfType } = stated ?? { type: 'normal', elfType: undefined };
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
  return { address, type, elfType, loadAddress, alignment, alignWithInput, inputAlignment, constraint };
}

const elfTypes: Readonly<Record<string, number>> = {
  SHT_PROGBITS: SectionType.Progbits,
  SHT_STRTAB: SectionType.StringTable,
  SHT_NOTE: SectionType.Note,
  SHT_NOBITS: SectionType.Nobits,
  SHT_INIT_ARRAY: SectionType.InitArray,
  SHT_FINI_ARRAY: SectionType.FiniArray,
  SHT_PREINIT_ARRAY: SectionType.PreinitArray,
};

/** `(NOLOAD)` and its like; undefined when an address or nothing stands here. */
function sectionType(scanner: Scanner): Pick<OutputDescription, 'type' | 'elfType'> | undefined {
  const start = scanner.position;
  if (!scanner.take('(')) return undefined;
  if (scanner.take(')')) return { type: 'normal', elfType: undefined };
  let type: OutputDescription['type'] | undefined;
  let elfType: number | undefined;
  if (scanner.takeWord('NOLOAD')) type = 'noload';
  else if (scanner.takeWord('READONLY')) {
    type = 'readonly';
    if (scanner.take('(')) {
      elfType = readElfType(scanner);
      scanner.require(')');
    }
  } else if (scanner.at('TYPE')) {
    type = 'normal';
    elfType = readElfType(scanner);
  } else if (['DSECT', 'COPY', 'INFO', 'OVERLAY'].some((word) => scanner.takeWord(word))) type = 'noalloc';
  if (type && scanner.take(')')) return { type, elfType };
  scanner.position = start;
  return undefined;
}

/** `TYPE = SHT_NOTE`, or a number. */
function readElfType(scanner: Scanner): number {
  scanner.require('TYPE');
  scanner.require('=');
  const number = scanner.number();
  if (number) return Number(BigInt.asUintN(32, number.value));
  const name = scanner.requireName('symbol', 'a type of sections');
  const type = elfTypes[name];
  if (type === undefined)
    throw scanner.error(`'${name}' is no type of sections: ${Object.keys(elfTypes).join(', ')} and numbers are`);
  return type;
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

/** A fill: a hexadecimal number gives its bytes as written, any other expression four bytes. */
export function parseFill(scanner: Scanner): FillPattern {
  const value = parseExpression(scanner);
  if (value.kind !== 'number' || value.digits === undefined) return { value };
  const even = value.digits.length % 2 ? `0${value.digits}` : value.digits;
  return { bytes: Uint8Array.from(even.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)) };
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
