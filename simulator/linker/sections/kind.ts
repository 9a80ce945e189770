import { type ObjectSection, SectionFlag, SectionType } from '../../object/elf/relocatable';

/** What a section is like, in the terms in which ld decides (BFD's section flags). */
export const Kind = {
  /** It has bytes in the file. */
  Contents: 1,
  Alloc: 2,
  /** Its bytes are loaded. */
  Load: 4,
  ReadOnly: 8,
  Code: 16,
  Thread: 32,
  Merge: 64,
  Strings: 128,
  /** It is about the program and no part of it: nothing is placed by it. */
  Debugging: 256,
} as const;

const debugNames = [
  '.debug',
  '.gnu.debuglto_.debug_',
  '.gnu.linkonce.wi.',
  '.zdebug',
  '.line',
  '.stab',
  '.gdb_index',
] as const;

export function kindOf({ name, type, flags }: Pick<ObjectSection, 'name' | 'type' | 'flags'>): number {
  const contents = type !== SectionType.Nobits;
  const alloc = (flags & SectionFlag.Alloc) !== 0;
  return (
    (contents ? Kind.Contents : 0) |
    (alloc ? Kind.Alloc : 0) |
    (alloc && contents ? Kind.Load : 0) |
    (flags & SectionFlag.Write ? 0 : Kind.ReadOnly) |
    (flags & SectionFlag.Execute ? Kind.Code : 0) |
    (flags & SectionFlag.Merge ? Kind.Merge : 0) |
    (flags & SectionFlag.Strings ? Kind.Strings : 0) |
    (flags & SectionFlag.Tls ? Kind.Thread : 0) |
    (!alloc && debugNames.some((start) => name.startsWith(start)) ? Kind.Debugging : 0)
  );
}

/** The SHF_* flags of a section of this kind. */
export function flagsOf(kind: number): number {
  return (
    (kind & Kind.Alloc ? SectionFlag.Alloc : 0) |
    (kind & Kind.ReadOnly ? 0 : SectionFlag.Write) |
    (kind & Kind.Code ? SectionFlag.Execute : 0) |
    (kind & Kind.Merge ? SectionFlag.Merge : 0) |
    (kind & Kind.Strings ? SectionFlag.Strings : 0) |
    (kind & Kind.Thread ? SectionFlag.Tls : 0)
  );
}

/** The SHT_* type of a section whose inputs do not say it. */
export function typeOf(kind: number): number {
  return kind & Kind.Alloc && (kind & (Kind.Load | Kind.Contents)) === 0 ? SectionType.Nobits : SectionType.Progbits;
}
