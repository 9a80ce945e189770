import { causeBits, decode, encode, exceptionCauses, expand } from '../../isa';
import { Access } from '../../mmu';
import { FastPathLayout, HartLayout } from '../layout';
import type { SharedMemory } from '../memory/memory-access';
import { Implicit } from '../memory/table-walk';
import type { AddressTranslation } from '../memory/translation';
import type { HartState } from './hart-state';
import { addressDetails, type TrapDetails } from './traps';

/** What htinst says of an implicit access to a first-stage table: 64-bit read, or write for A and D. */
const pseudoInstructions = { [Implicit.read]: 0x3000, [Implicit.write]: 0x3020 } as const;

/** Opcodes of instructions with a transformation, and what it keeps: the immediate goes, the offset comes in the place of rs1. */
const LOAD_BITS = 0x00007fff;
const STORE_BITS = 0x01f0707f;
const OTHER_BITS = ~0x000f8000;
const BLOCK_BITS = 0xfff0707f | 0;
const keptBits: ReadonlyMap<number, number> = new Map([
  [0x03, LOAD_BITS],
  [0x07, LOAD_BITS],
  [0x0f, BLOCK_BITS],
  [0x23, STORE_BITS],
  [0x27, STORE_BITS],
  [0x2f, OTHER_BITS],
  [0x73, OTHER_BITS],
]);
const OFFSET_SHIFT = 15;
const COMPRESSED = ~2;

const GUEST_PAGE_FAULTS = causeBits(exceptionCauses.filter(({ kind }) => kind === 'guest-page-fault'));

/** What a trap of an access tells M- and HS-mode beside cause and value (manual, volume II, mtval2, mtinst, htval, htinst). */
export class TrappedInstruction {
  /** Transformations of compressed instructions, which have to be expanded. */
  private readonly compressed = new Map<number, number>();

  constructor(
    private readonly state: HartState,
    private readonly shared: SharedMemory,
    private readonly translation: AddressTranslation,
  ) {}

  /** Of a fetch that has faulted. */
  ofFetch(code: number): TrapDetails | undefined {
    if (!this.shared.options.hypervisor) return undefined;
    return this.details(code, 0);
  }

  /**
   * Of an explicit access that has faulted.
   * @param offset from the address of the access to the one reported
   */
  ofAccess(code: number, offset: number): TrapDetails | undefined {
    const { options } = this.shared;
    if (!options.hypervisor) return undefined;
    const transformed = options.trapInstruction === 'zero' ? 0 : this.transformed() | (offset << OFFSET_SHIFT);
    return this.details(code, (transformed & 1) === 0 ? 0 : transformed);
  }

  /** Of an access that no instruction made, but software in its stead. */
  ofSoftware(code: number): TrapDetails | undefined {
    return this.shared.options.hypervisor ? this.details(code, 0) : undefined;
  }

  private details(code: number, transformed: number): TrapDetails {
    const { translation } = this;
    const isVirtual = translation.mode.virtual;
    if (!((GUEST_PAGE_FAULTS >>> code) & 1)) {
      return transformed === 0 ? addressDetails(isVirtual) : { ...addressDetails(isVirtual), htinst: transformed };
    }
    const { faultPage, faultOffset, faultImplicit } = translation;
    const isShown = this.shared.options.guestFaultAddress === 'shifted';
    const explicit = faultImplicit === Implicit.none;
    // The page is more than 32 bits: shifted right by 2 it begins at bit 10.
    const low = isShown ? ((faultPage % 2 ** 22) * 1024) | (faultOffset >>> 2) : 0;
    const high = isShown ? Math.floor(faultPage / 2 ** 22) | 0 : 0;
    const pseudo = explicit || !isShown ? 0 : pseudoInstructions[faultImplicit];
    return { guestVirtual: true, htvalLow: low, htvalHigh: high, htinst: explicit ? transformed : pseudo };
  }

  /** The transformation of the instruction at pc; 0 when it has none. */
  private transformed(): number {
    const word = this.instruction();
    if ((word & 3) === 3) return transform(word);
    const known = this.compressed.get(word & 0xffff);
    if (known !== undefined) return known;
    const decoded = decode(word & 0xffff);
    const expanded = decoded && expand(decoded);
    const result = expanded ? transform(encode(expanded.instruction, expanded.fields)) & COMPRESSED : 0;
    this.compressed.set(word & 0xffff, result);
    return result;
  }

  /** The instruction at pc, which has been fetched. */
  private instruction(): number {
    const { state } = this;
    const { pcLow, pcHigh } = state;
    const entry = HartLayout.executeTable + ((pcLow >>> 12) % FastPathLayout.entries) * FastPathLayout.entrySize;
    const tag = (pcLow & ~0xfff) | state.get(HartLayout.fetchContext);
    const isKnown = state.get(entry) === tag && state.get(entry + 4) === pcHigh && (pcLow & 0xfff) <= 0xffc;
    if (isKnown) {
      const { ram } = this.shared;
      const memoryOffset = (pcLow + state.get(entry + FastPathLayout.addend)) >>> 0;
      const address = memoryOffset - ram.memoryOffset(0);
      // A page of which PMP allows a part has no address there.
      if (ram.contains(address, 4)) return ram.read16(address) | (ram.read16(address + 2) << 16);
    }
    const first = this.parcel(pcLow, pcHigh);
    if ((first & 3) !== 3) return first;
    const nextLow = (pcLow + 2) | 0;
    return first | (this.parcel(nextLow, nextLow === 0 ? pcHigh + 1 : pcHigh) << 16);
  }

  private parcel(low: number, high: number): number {
    const { ram, platform } = this.shared;
    const found = this.translation.peek(low, high, Access.execute, this.state);
    if ('fault' in found) return 0;
    return ram.contains(found.physical, 2) ? ram.read16(found.physical) : (platform.fetchPhysical(found.physical) ?? 0);
  }
}

function transform(word: number): number {
  const kept = keptBits.get(word & 0x7f);
  return kept === undefined ? 0 : word & kept;
}
