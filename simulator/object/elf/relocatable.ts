import type { Integer } from '../bytes/integer';
import type { Origin } from '../line-table';

/** ELF constants that relocatable objects are described with (System V ABI and RISC-V psABI). */
export const SectionType = {
  Null: 0,
  Progbits: 1,
  SymbolTable: 2,
  StringTable: 3,
  Rela: 4,
  Hash: 5,
  Dynamic: 6,
  Note: 7,
  Nobits: 8,
  DynamicSymbols: 11,
  InitArray: 14,
  FiniArray: 15,
  PreinitArray: 16,
  Group: 17,
  GnuHash: 0x6fff_fff6,
  RiscvAttributes: 0x70000003,
} as const;

export const SectionFlag = {
  Write: 1,
  Alloc: 2,
  Execute: 4,
  Merge: 0x10,
  Strings: 0x20,
  InfoLink: 0x40,
  LinkOrder: 0x80,
  Group: 0x200,
  Tls: 0x400,
  /** Memory that is not zeroed or shared: GNU's "mbind". */
  GnuMbind: 0x0100_0000,
  /** Kept by a linker that drops unused sections. */
  GnuRetain: 0x0020_0000,
  Exclude: 0x8000_0000,
} as const;

export const RelocationType = {
  None: 0,
  Absolute32: 1,
  Absolute64: 2,
  TlsDtpRelative32: 8,
  TlsDtpRelative64: 9,
  Branch: 16,
  Jal: 17,
  Call: 18,
  CallPlt: 19,
  GotHigh20: 20,
  TlsGotHigh20: 21,
  TlsGlobalDynamicHigh20: 22,
  PcrelHigh20: 23,
  PcrelLow12I: 24,
  PcrelLow12S: 25,
  High20: 26,
  Low12I: 27,
  Low12S: 28,
  TprelHigh20: 29,
  TprelLow12I: 30,
  TprelLow12S: 31,
  TprelAdd: 32,
  Add8: 33,
  Add16: 34,
  Add32: 35,
  Add64: 36,
  Sub8: 37,
  Sub16: 38,
  Sub32: 39,
  Sub64: 40,
  Align: 43,
  RvcBranch: 44,
  RvcJump: 45,
  RvcLui: 46,
  /** Made by relaxation only: offsets from gp (or 0) and from tp. */
  GprelI: 47,
  GprelS: 48,
  TprelI: 49,
  TprelS: 50,
  Relax: 51,
  Sub6: 52,
  Set6: 53,
  Set8: 54,
  Set16: 55,
  Set32: 56,
  Pcrel32: 57,
  Plt32: 59,
  SetUleb128: 60,
  SubUleb128: 61,
} as const;

/** 'unique': one definition in a whole process (GNU). */
export type SymbolBinding = 'local' | 'global' | 'weak' | 'unique';
export type SymbolVisibility = 'default' | 'internal' | 'hidden' | 'protected';

/** A symbol of a relocatable object. */
export interface ObjectSymbol {
  readonly name: string;
  /** Where it lies: in a section, at an absolute value, nowhere yet, or as common storage for the linker to place. */
  readonly section: ObjectSection | 'absolute' | 'undefined' | 'common';
  /** Offset in the section; the value when absolute; the alignment in bytes when common. */
  readonly value: Integer;
  /** In bytes. */
  readonly size: number;
  readonly type: 'notype' | 'object' | 'function' | 'section' | 'file' | 'tls' | 'ifunc';
  readonly binding: SymbolBinding;
  readonly visibility: SymbolVisibility;
  /** Its calling convention is not the standard one (STO_RISCV_VARIANT_CC). */
  readonly variantCallingConvention?: boolean;
  /** Where it is defined, for messages and navigation. */
  readonly definition?: ObjectPosition;
}

/** What relocations without a symbol refer to. */
export const noSymbol: ObjectSymbol = {
  name: '',
  section: 'absolute',
  value: 0,
  size: 0,
  type: 'notype',
  binding: 'local',
  visibility: 'default',
};

/** A range of columns in one line of a source, with the expansions that led there. */
export interface ObjectPosition {
  readonly origin: Origin;
  readonly endColumn: number;
}

export interface Relocation {
  /** In bytes from the start of the section. */
  readonly offset: number;
  /** One of RelocationType, or another number of the psABI when it came from a file. */
  readonly type: number;
  readonly symbol: ObjectSymbol;
  readonly addend: Integer;
  readonly position?: ObjectPosition | undefined;
}

/** Sections that a linker keeps or drops together. */
export interface SectionGroup {
  /** The name of the symbol that identifies the group. */
  readonly signature: string;
  /** Of groups with one signature a linker keeps the first. */
  readonly comdat: boolean;
}

export interface ObjectSection {
  readonly name: string;
  /** SHT_* and SHF_*. */
  readonly type: number;
  readonly flags: number;
  /** In bytes, a power of two. */
  readonly alignment: number;
  /** Empty for SHT_NOBITS. */
  readonly bytes: Uint8Array;
  /** In bytes. */
  readonly size: number;
  readonly entrySize: number;
  readonly relocations: readonly Relocation[];
  readonly group?: SectionGroup;
  /** The section that this one describes and is ordered with (SHF_LINK_ORDER). */
  readonly linkedTo?: ObjectSection;
  /** ELF sh_info, where the flags give it a meaning of its own. */
  readonly info?: number;
}

/** Code or data of one section that comes from one source place. */
export interface ObjectLine {
  readonly section: ObjectSection;
  readonly offset: number;
  readonly end: number;
  readonly origin: Origin;
  readonly isStatement: boolean;
}

/** What assembling one source gives, or a relocatable ELF file holds: the linker's input. */
export interface ObjectFile {
  readonly path: string;
  /** Where it comes from, when that is an archive. */
  readonly member?: { readonly archive: string; readonly name: string };
  readonly sections: readonly ObjectSection[];
  readonly symbols: readonly ObjectSymbol[];
  readonly lines: readonly ObjectLine[];
  /** ELF e_flags: `HeaderFlag`. */
  readonly flags: number;
  /** Whether nobody said for which float ABI it is: then it is for that of the program it is linked into. */
  readonly anyFloatAbi?: true;
}
