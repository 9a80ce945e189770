import { type KnownSection, knownSection } from '../../../object/elf/known-sections';
import { SectionFlag, type SectionGroup, SectionType } from '../../../object/elf/relocatable';
import { Lexer, TokenKind } from '../../syntax/lexer';
import type { Statement } from '../../syntax/statement';
import type { ObjectSectionSource } from '../../unit/symbols-and-sections';
import type { Unit } from '../../unit/unit';
import { type Directive, directives, OperandReader, type Run, type Word } from './directive';

const flagLetters: Readonly<Record<string, number>> = {
  a: SectionFlag.Alloc,
  w: SectionFlag.Write,
  x: SectionFlag.Execute,
  M: SectionFlag.Merge,
  S: SectionFlag.Strings,
  T: SectionFlag.Tls,
  o: SectionFlag.LinkOrder,
  G: SectionFlag.Group,
  e: SectionFlag.Exclude,
  R: SectionFlag.GnuRetain,
  d: SectionFlag.GnuMbind,
};

const types: Readonly<Record<string, number>> = {
  progbits: SectionType.Progbits,
  nobits: SectionType.Nobits,
  note: SectionType.Note,
  init_array: SectionType.InitArray,
  fini_array: SectionType.FiniArray,
  preinit_array: SectionType.PreinitArray,
};

/** What is written after a section's name. */
interface Written {
  flags: number;
  /** 0 when none is given. */
  type: number;
  entrySize: number;
  group: SectionGroup | undefined;
  linkedTo: string | undefined;
  unique: number | undefined;
  info: number | undefined;
  subsection: number;
}

/** Reads `name[, "flags"[, @type[, entry size][, linked symbol][, group[, comdat]]][, unique, number]]`, and enters it. */
function enterSection(unit: Unit, statement: Statement, push: boolean): void {
  const reader = new OperandReader(unit, statement);
  const start = reader.lexer.start;
  const name = sectionName(reader);
  if (name === undefined) return;
  const symbol = unit.symbols.find(name);
  if (symbol?.defined && symbol.fixed && !symbol.section) {
    const message = `'${name}' is a symbol already: a section cannot have its name`;
    unit.error('section-name', message, start, start + name.length);
    return;
  }
  const written: Written = {
    flags: 0,
    type: 0,
    entrySize: 0,
    group: undefined,
    linkedTo: undefined,
    unique: undefined,
    info: undefined,
    subsection: 0,
  };
  if (!readAttributes(reader, push, written)) return;
  reader.finish();
  if (push) unit.sections.push();
  unit.sections.enter(unit.sections.subsection(sectionFor(unit, statement, name, written), written.subsection));
}

/** The section of this name, made or checked against what is written. */
function sectionFor(unit: Unit, statement: Statement, name: string, written: Written): ObjectSectionSource {
  const { start, end } = statement;
  const { flags, group, linkedTo, unique, entrySize, info } = written;
  const known = unit.sections.find(name, written);
  const special = knownSection(name);
  let { type } = written;
  if (special && type !== 0 && type !== special.type) {
    const keeps = known !== undefined || isArray(special.type);
    if (keeps || (special.type !== SectionType.Note && type < processorTypes))
      unit.warning('section-type', `the section '${name}' is of another type by its name`, start, end);
    if (keeps) type = special.type;
  }
  if (type === 0 && special) type = special.type;
  if (!known) {
    type ||= special?.type ?? SectionType.Progbits;
    const all = special && addsNameFlags(special, name, flags) ? flags | special.flags : flags;
    return unit.sections.output(name, { type, flags: all, entrySize, group, linkedTo, unique, info });
  }
  const report = (what: string): void => {
    const message = `section '${name}' had ${what} before`;
    if (special) unit.warning('section-attributes', `${message}, which it keeps`, start, end);
    else unit.error('section-attributes', `${message}: give the same, or none`, start, end);
  };
  if (type !== 0 && type !== known.type) report('another type');
  if (flags !== 0) {
    const compared = SectionFlag.Alloc | SectionFlag.Write | SectionFlag.Execute | SectionFlag.Exclude;
    const more = SectionFlag.Merge | SectionFlag.Strings | SectionFlag.Tls;
    const loaded = (flags & SectionFlag.Alloc) !== 0 && type !== SectionType.Nobits;
    const wasLoaded = (known.flags & SectionFlag.Alloc) !== 0 && known.type !== SectionType.Nobits;
    if (((known.flags ^ flags) & (compared | more)) !== 0 || loaded !== wasLoaded) report('other flags');
    else known.flags = flags;
    if (flags & SectionFlag.Merge && known.entrySize !== entrySize)
      unit.error('section-attributes', `section '${name}' had entries of ${known.entrySize} bytes before`, start, end);
  }
  return known;
}

/** Types from here on belong to processors and programs. */
const processorTypes = 0x7000_0000;

function isArray(type: number): boolean {
  return type === SectionType.InitArray || type === SectionType.FiniArray || type === SectionType.PreinitArray;
}

/** Whether a new section has the flags of its name beside the written ones; flags that do not go with it replace them. */
function addsNameFlags(special: KnownSection, name: string, flags: number): boolean {
  const beside = flags & ~(SectionFlag.LinkOrder | SectionFlag.GnuRetain | SectionFlag.GnuMbind | SectionFlag.Group);
  const strange = beside & ~special.flags;
  if (strange === 0) return true;
  if (special.type === SectionType.Note) return beside === SectionFlag.Alloc || beside === SectionFlag.Execute;
  const dotted = special.suffix === 'dotted' && name[special.name.length] === '.';
  if (dotted && (strange & ~(SectionFlag.Merge | SectionFlag.Strings)) === 0) return true;
  return false;
}

/** Reads what follows the name; false when something is wrong. */
function readAttributes(reader: OperandReader, push: boolean, written: Written): boolean {
  const { lexer } = reader;
  if (!reader.comma()) return true;
  if (push && lexer.at(TokenKind.Number)) {
    written.subsection = Number(reader.constant('a subsection number') ?? 0);
    if (!reader.comma()) return true;
  }
  if (!lexer.at(TokenKind.String)) return readWords(reader, written);
  const flags = reader.text()!;
  const clone = readFlags(reader, flags, written);
  if (clone === undefined) return false;
  if (lexer.is(',') && !readType(reader, written)) return false;
  if (written.flags & SectionFlag.Merge) {
    if (reader.comma()) written.entrySize = Math.max(0, Number(reader.constant('the entry size') ?? 0));
    else {
      reader.unit.warning('section-flags', "'M' needs the size of an entry: it is ignored", flags.start, flags.end);
      written.flags &= ~SectionFlag.Merge;
    }
  }
  if (written.flags & SectionFlag.LinkOrder && reader.comma()) {
    if (lexer.at(TokenKind.Number)) reader.constant('the section');
    else written.linkedTo = reader.symbol('a symbol of the section that this one goes with')?.text;
  }
  if (written.flags & SectionFlag.Group) {
    written.flags &= ~SectionFlag.Group;
    if (reader.comma()) {
      const signature = sectionName(reader);
      if (signature === undefined) return false;
      written.group = { signature, comdat: readComdat(reader) };
    } else reader.unit.warning('section-flags', "'G' needs the name of a group: it is ignored", flags.start, flags.end);
  } else if (clone) written.group = reader.unit.section.output.group;
  if (written.flags & SectionFlag.GnuMbind) {
    if ((written.flags & SectionFlag.Alloc) === 0) {
      reader.unit.error('section-flags', "'d' is for sections in memory: 'a' goes with it", flags.start, flags.end);
      return false;
    }
    const next = new Lexer(lexer.text, lexer.end, lexer.limit);
    if (lexer.is(',') && next.next() === TokenKind.Number) {
      reader.comma();
      written.info = Number(reader.constant('a kind of memory') ?? 0);
    }
  }
  if (reader.comma()) {
    const word = reader.symbol("'unique'");
    if (!word) return false;
    if (word.text !== 'unique') {
      reader.unit.error('section-flags', `'unique' can stand here, not '${word.text}'`, word.start, word.end);
      return false;
    }
    if (!reader.requireComma('a number')) return false;
    const { start, end } = lexer;
    written.unique = Number(reader.constant('the number') ?? 0);
    if (written.unique > 0xffff_ffff) {
      reader.unit.error('section-flags', 'the number must fit in 32 bits', start, end);
      return false;
    }
  }
  return true;
}

/** `, comdat` after a group's name. */
function readComdat(reader: OperandReader): boolean {
  if (!reader.comma()) return false;
  const word = reader.symbol("'comdat'");
  if (!word) return false;
  if (word.text === 'comdat') return true;
  reader.unit.error('section-flags', `'comdat' can stand here, not '${word.text}'`, word.start, word.end);
  return false;
}

/** The letters or the number of the flags; whether `?` is among them (the group of the current section), undefined when wrong. */
function readFlags(reader: OperandReader, text: Word, written: Written): boolean | undefined {
  let clone = false;
  const letters = text.text.replace(/^(.*?)(0[xX][0-9a-fA-F]+|\d+)/, (_, before: string, number: string) => {
    written.flags |= Number(number);
    return before;
  });
  for (const letter of letters) {
    const flag = flagLetters[letter];
    if (letter === '?') clone = true;
    else if (flag === undefined) {
      const known = Object.keys(flagLetters).join(' ');
      reader.unit.error('section-flags', `'${letter}' is no section flag; these are: ${known} ?`, text.start, text.end);
      return undefined;
    } else written.flags |= flag;
  }
  return clone;
}

/** `, @type`; what follows the comma may also be something else. */
function readType(reader: OperandReader, written: Written): boolean {
  const { lexer } = reader;
  const next = new Lexer(lexer.text, lexer.end, lexer.limit);
  next.next();
  if (!next.is('@') && !next.is('%') && next.kind !== TokenKind.String) return true;
  reader.comma();
  const type = sectionType(reader);
  if (type === undefined) return false;
  written.type = type;
  return true;
}

const attributeWords: Readonly<Record<string, number>> = {
  write: SectionFlag.Write,
  alloc: SectionFlag.Alloc,
  execinstr: SectionFlag.Execute,
  exclude: SectionFlag.Exclude,
  tls: SectionFlag.Tls,
};

/** `#alloc, #write`: the notation of Solaris. */
function readWords(reader: OperandReader, written: Written): boolean {
  do {
    if (!reader.lexer.is('#')) {
      reader.missing('flags in double quotes');
      return false;
    }
    reader.lexer.next();
    const word = reader.symbol('a section flag');
    if (!word) return false;
    const flag = attributeWords[word.text];
    if (flag !== undefined) written.flags |= flag;
    else written.type = types[word.text] ?? 0;
  } while (reader.comma());
  return true;
}

/** Section names may hold characters that symbols may not. */
function sectionName(reader: OperandReader): string | undefined {
  const { lexer } = reader;
  if (lexer.at(TokenKind.String)) return reader.symbol()?.text;
  const { start } = lexer;
  let { end } = lexer;
  if (!lexer.at(TokenKind.Name)) {
    reader.missing('a section name');
    return undefined;
  }
  while (!lexer.at(TokenKind.End) && !lexer.is(',') && (lexer.start === end || lexer.start === start)) {
    end = lexer.end;
    lexer.next();
  }
  return lexer.text.slice(start, end);
}

/** `@progbits`, `%progbits`, `"progbits"` or a number. */
function sectionType(reader: OperandReader): number | undefined {
  if (reader.lexer.is('@') || reader.lexer.is('%')) reader.lexer.next();
  if (reader.lexer.at(TokenKind.Number)) return Number(reader.constant('the section type') ?? 0);
  const word = reader.symbol('a section type (@progbits, @nobits, @note)');
  if (!word) return undefined;
  const type = /^(0[xX][0-9a-fA-F]+|\d+)$/.test(word.text) ? Number(word.text) : types[word.text];
  if (type === undefined) {
    const known = Object.keys(types).map((name) => `@${name}`);
    const message = `'${word.text}' is no section type; these are: ${known.join(' ')}; @progbits is taken`;
    reader.unit.warning('section-type', message, word.start, word.end);
    return 0;
  }
  return type;
}

/** `.text`, `.data` with an optional subsection number. */
function enterNamed(name: string): Run {
  return (unit, statement) => {
    const reader = new OperandReader(unit, statement);
    const number = reader.atEnd ? 0 : Number(reader.constant('a subsection number') ?? 0);
    reader.finish();
    unit.sections.enter(unit.sections.named(name, number));
  };
}

const subsection: Run = (unit, statement) => {
  const reader = new OperandReader(unit, statement);
  const number = reader.constant('a subsection number', 0);
  reader.finish();
  if (number !== undefined) unit.sections.enter(unit.sections.subsection(unit.section.output, Number(number)));
};

const popSection: Run = (unit, statement) => {
  new OperandReader(unit, statement).finish();
  if (!unit.sections.pop())
    unit.warning('section-stack', "'.popsection' without .pushsection", statement.start, statement.end);
};

const previous: Run = (unit, statement) => {
  new OperandReader(unit, statement).finish();
  if (!unit.sections.enterPrevious())
    unit.warning('section-stack', "'.previous' without a section before", statement.start, statement.end);
};

/** `.attach_to_group`: the current section goes with others. */
const attachToGroup: Run = (unit, statement) => {
  const reader = new OperandReader(unit, statement);
  const signature = sectionName(reader);
  reader.finish();
  if (signature === undefined) return;
  const { output } = unit.section;
  if (output.group)
    unit.warning(
      'section-group',
      `the section is of the group '${output.group.signature}'`,
      statement.start,
      statement.end,
    );
  else output.group = { signature, comdat: false };
};

/** `.linkonce`: an older way to say that one of several sections is enough; ELF has groups for that. */
const linkOnce: Run = (unit, statement) => {
  const reader = new OperandReader(unit, statement);
  const kind = reader.word();
  reader.finish();
  if (kind && !/^(discard|one_only|same_size|same_contents)$/i.test(kind.text))
    unit.warning('linkonce', `'${kind.text}' is no kind of .linkonce`, kind.start, kind.end);
};

export const sectionDirectives: readonly Directive[] = [
  ...directives('.attach_to_group', 'name', 'Makes the section one of a group', attachToGroup),
  ...directives('.linkonce', '[type]', 'No effect: section groups do this in ELF', linkOnce),
  ...directives('.text', '[subsection]', 'Goes on in the section of code', enterNamed('.text')),
  ...directives('.data', '[subsection]', 'Goes on in the section of initialised data', enterNamed('.data')),
  ...directives('.bss', '', 'Goes on in the section of zeroed data', (unit, statement) => {
    new OperandReader(unit, statement).finish();
    unit.sections.enter(unit.sections.named('.bss'));
  }),
  ...directives(
    '.section .sect .section.s .sect.s',
    'name[, "flags"[, @type[, entry size]]]',
    'Goes on in a section',
    (unit, statement) => enterSection(unit, statement, false),
  ),
  ...directives(
    '.pushsection',
    'name[, "flags"[, @type]]',
    'Goes on in a section and remembers this one',
    (unit, statement) => enterSection(unit, statement, true),
  ),
  ...directives('.popsection', '', 'Goes back to the section before .pushsection', popSection),
  ...directives('.previous', '', 'Swaps this section with the one before', previous),
  ...directives('.subsection', 'number', 'Goes on in a subsection of this section', subsection),
];
