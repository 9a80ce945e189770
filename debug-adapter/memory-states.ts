/** What the page of memory shows, as the requests that are its have it: a part of the protocol. */

import type { Hex, SourceLine } from './protocol-values';

/** A space of addresses that memory is looked at in: guest-virtual, guest-physical, or of the machine. */
export type MemorySpace = 'gva' | 'gpa' | 'hpa';

/** Memory from an address on, in one of its spaces. */
export interface MemoryContent {
  /** As whom it is looked at: `VS-mode of VMID 3`. */
  world: string;
  /** Those that are told apart here: without a second stage or a VMM there is no guest-physical one. */
  spaces: MemorySpace[];
  space: MemorySpace;
  /** What was asked for is there. */
  address: Hex;
  /** Page by page, in the order of their addresses. */
  pieces: MemoryPiece[];
  /** What its bytes are, by the machine: tables, queues, what is watched. */
  marks: MemoryMark[];
  /** The program's symbols whose code or data is here, in the order of their addresses. */
  symbols: MemorySymbol[];
  /** Tables were left out of those that were looked through for the marks, because there are too many. */
  isPartial: boolean;
}

/** A part of a page. */
export interface MemoryPiece {
  /** Of its first byte, in the space that is looked at. */
  first: Hex;
  /** In bytes. */
  length: number;
  /** Two hexadecimal digits a byte; absent where there is no memory. */
  bytes?: string;
  /** The same byte in the other spaces, where it is there. */
  gpa?: Hex;
  hpa?: Hex;
  /** Of machine memory that is not the guest's: whose it is. */
  owner?: string;
  /** Why there is no memory, or what is special about it, in a sentence. */
  note?: string;
}

export type MemoryMarkKind = 'guest table' | 'shadow table' | 'second-stage table' | 'queue' | 'buffer' | 'watched';

/** Bytes with a meaning to the machine, clipped to what is shown. */
export interface MemoryMark {
  kind: MemoryMarkKind;
  first: Hex;
  last: Hex;
  text: string;
  /** Of an entry of a table its index; of a whole table, and of what is none, absent. */
  entry?: number;
  /** Of a table and of an entry: the first address that it maps, guest-virtual, of a second stage guest-physical. */
  maps?: Hex;
}

export interface MemorySymbol {
  name: string;
  kind: 'function' | 'object' | 'label';
  /** Where it begins, in the space that is looked at; it may be before what is shown. */
  first: Hex;
  /** In bytes: as the program says it, else up to the next symbol. */
  size: number;
  /** Where it is defined, or its code comes from. */
  source?: SourceLine;
}

/** Symbols of the program by a part of their names. */
export interface SymbolList {
  /** In the order of their addresses, which are guest-virtual. */
  symbols: MemorySymbol[];
  /** How many there are with those that are not told. */
  total: number;
}
