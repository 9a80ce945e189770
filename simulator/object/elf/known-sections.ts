import { SectionFlag, SectionType } from './relocatable';

/** What follows a known name: nothing, `.` and more, or anything. */
type Suffix = 'none' | 'dotted' | 'any';

export interface KnownSection {
  readonly name: string;
  readonly suffix: Suffix;
  readonly type: number;
  readonly flags: number;
}

const { Alloc, Write, Execute, Tls, Exclude } = SectionFlag;
const { Progbits, Nobits, Note, InitArray, FiniArray, PreinitArray, SymbolTable, StringTable, Rela } = SectionType;

/** Sections that have a meaning by name (System V ABI, "Special Sections"); the first that fits counts. */
const knownSections: readonly KnownSection[] = [
  known('.text', 'dotted', Progbits, Alloc | Execute),
  known('.bss', 'dotted', Nobits, Alloc | Write),
  known('.comment', 'none', Progbits, 0),
  known('.data', 'dotted', Progbits, Alloc | Write),
  known('.data1', 'none', Progbits, Alloc | Write),
  ...['', '_line', '_info', '_abbrev', '_aranges'].map((name) => known(`.debug${name}`, 'none', Progbits, 0)),
  ...['_line', '_info', '_abbrev', '_aranges'].map((name) => known(`.zdebug${name}`, 'none', Progbits, 0)),
  known('.fini', 'none', Progbits, Alloc | Execute),
  known('.fini_array', 'dotted', FiniArray, Alloc | Write),
  known('.gnu.linkonce.b', 'dotted', Nobits, Alloc | Write),
  known('.gnu.linkonce.n', 'dotted', Nobits, Alloc | Write),
  known('.gnu.linkonce.p', 'dotted', Progbits, Alloc | Write),
  known('.gnu.lto_', 'any', Progbits, Exclude),
  known('.got', 'none', Progbits, Alloc | Write),
  known('.init', 'none', Progbits, Alloc | Execute),
  known('.init_array', 'dotted', InitArray, Alloc | Write),
  known('.interp', 'none', Progbits, 0),
  known('.line', 'none', Progbits, 0),
  known('.noinit', 'dotted', Nobits, Alloc | Write),
  known('.note.GNU-stack', 'none', Progbits, 0),
  known('.note', 'any', Note, 0),
  known('.persistent.bss', 'none', Nobits, Alloc | Write),
  known('.persistent', 'dotted', Progbits, Alloc | Write),
  known('.plt', 'none', Progbits, Alloc | Execute),
  known('.preinit_array', 'dotted', PreinitArray, Alloc | Write),
  known('.rela', 'any', Rela, 0),
  known('.rodata', 'dotted', Progbits, Alloc),
  known('.rodata1', 'none', Progbits, Alloc),
  known('.sbss', 'dotted', Nobits, Alloc | Write),
  known('.sdata', 'dotted', Progbits, Alloc | Write),
  known('.shstrtab', 'none', StringTable, 0),
  known('.strtab', 'none', StringTable, 0),
  known('.symtab', 'none', SymbolTable, 0),
  known('.tbss', 'dotted', Nobits, Alloc | Write | Tls),
  known('.tdata', 'dotted', Progbits, Alloc | Write | Tls),
];

function known(name: string, suffix: Suffix, type: number, flags: number): KnownSection {
  return { name, suffix, type, flags };
}

/** What the name of a section says about it; undefined when it says nothing. */
export function knownSection(name: string): KnownSection | undefined {
  return knownSections.find((section) => {
    if (!name.startsWith(section.name)) return false;
    if (name.length === section.name.length || section.suffix === 'any') return true;
    return section.suffix === 'dotted' && name[section.name.length] === '.';
  });
}
