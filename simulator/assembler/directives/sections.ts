import { SectionFlag, SectionType } from '../../object/relocatable';
import { TokenKind } from '../lexer';
import { sectionDefaults } from '../sections';
import type { Statement } from '../statement';
import type { Unit } from '../unit';
import { type Directive, directives, OperandReader, type Run } from './directive';

const flagLetters: Readonly<Record<string, number>> = {
  a: SectionFlag.Alloc,
  w: SectionFlag.Write,
  x: SectionFlag.Execute,
  M: SectionFlag.Merge,
  S: SectionFlag.Strings,
  T: SectionFlag.Tls,
  o: SectionFlag.LinkOrder,
  G: SectionFlag.Group,
  // No meaning for what is made here: excluded from links, retained, same group as the section before.
  e: 0,
  R: 0,
  '?': 0,
};

const types: Readonly<Record<string, number>> = {
  progbits: SectionType.Progbits,
  nobits: SectionType.Nobits,
  note: SectionType.Note,
  init_array: SectionType.InitArray,
  fini_array: SectionType.FiniArray,
  preinit_array: SectionType.PreinitArray,
};

/** Reads `name[, "flags"[, @type[, entry size][, group[, comdat]]]]` and makes the section current. */
function enterSection(unit: Unit, statement: Statement, push: boolean): void {
  const reader = new OperandReader(unit, statement);
  const name = sectionName(reader);
  if (!name) return;
  const known = unit.sections.find((section) => section.name === name);
  const defaults = known ?? sectionDefaults(name);
  let type: number = defaults.type;
  let flags: number = defaults.flags;
  let entrySize = known?.entrySize ?? 0;
  let subsection = 0;
  let given = false;
  if (reader.comma()) {
    if (reader.lexer.at(TokenKind.String)) {
      const text = reader.text()!;
      given = true;
      flags = 0;
      for (const letter of /^\d+$/.test(text.text) ? [] : text.text) {
        const flag = flagLetters[letter];
        if (flag === undefined) {
          const letters = Object.keys(flagLetters).join(' ');
          unit.error('section-flags', `'${letter}' is no section flag; these are: ${letters}`, text.start, text.end);
        } else flags |= flag;
      }
      if (reader.comma()) {
        const written = sectionType(reader);
        if (written === undefined) return;
        type = written;
        if (flags & SectionFlag.Merge && reader.comma()) entrySize = Number(reader.constant('the entry size') ?? 0);
        // A group's name and `comdat`: the section is kept as it is.
        while (reader.comma()) if (!reader.symbol("the group's name")) return;
      }
    } else {
      const value = reader.constant('flags or a subsection number');
      if (value === undefined) return;
      subsection = Number(value);
    }
  }
  reader.finish();
  if (known && given && known.type !== type) {
    unit.warning(
      'section-type',
      `section '${name}' keeps the type that it has already`,
      statement.start,
      statement.end,
    );
  }
  if (push) unit.pushSection();
  unit.enter(name, known ? undefined : { type, flags, entrySize }, subsection);
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
  if (reader.lexer.at(TokenKind.Number)) return Number(reader.constant('the section type') ?? 0);
  if (reader.lexer.is('@') || reader.lexer.is('%')) reader.lexer.next();
  if (reader.lexer.at(TokenKind.Number)) return Number(reader.constant('the section type') ?? 0);
  const word = reader.symbol('a section type (@progbits, @nobits, @note)');
  if (!word) return undefined;
  const type = types[word.text];
  if (type === undefined) {
    const message = `'${word.text}' is no section type; these are: ${Object.keys(types)
      .map((t) => `@${t}`)
      .join(' ')}`;
    reader.unit.warning('section-type', `${message}; @progbits is taken`, word.start, word.end);
    return SectionType.Progbits;
  }
  return type;
}

/** `.text`, `.data`, `.bss` with an optional subsection number. */
function enterNamed(name: string): Run {
  return (unit, statement) => {
    const reader = new OperandReader(unit, statement);
    const subsection = reader.atEnd ? 0 : Number(reader.constant('a subsection number') ?? 0);
    reader.finish();
    unit.enter(name, undefined, subsection);
  };
}

const subsection: Run = (unit, statement) => {
  const reader = new OperandReader(unit, statement);
  const number = reader.constant('a subsection number', 0);
  reader.finish();
  if (number !== undefined) unit.enter(unit.section.name, undefined, Number(number));
};

const popSection: Run = (unit, statement) => {
  new OperandReader(unit, statement).finish();
  if (!unit.popSection())
    unit.warning('section-stack', "'.popsection' without .pushsection", statement.start, statement.end);
};

const previous: Run = (unit, statement) => {
  new OperandReader(unit, statement).finish();
  if (!unit.enterPrevious())
    unit.warning('section-stack', "'.previous' without a section before", statement.start, statement.end);
};

export const sectionDirectives: readonly Directive[] = [
  ...directives('.text', '[subsection]', 'Goes on in the section of code', enterNamed('.text')),
  ...directives('.data', '[subsection]', 'Goes on in the section of initialised data', enterNamed('.data')),
  ...directives('.bss', '', 'Goes on in the section of zeroed data', (unit, statement) => {
    new OperandReader(unit, statement).finish();
    unit.enter('.bss');
  }),
  ...directives('.section', 'name[, "flags"[, @type[, entry size]]]', 'Goes on in a section', (unit, statement) =>
    enterSection(unit, statement, false),
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
