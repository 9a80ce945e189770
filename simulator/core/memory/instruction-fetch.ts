import { ExceptionCode } from '../../isa';
import { Access } from '../../mmu';
import { FRAME } from '../../mmu/address';
import type { HartState } from '../hart/hart-state';
import { DecodedLayout, HartLayout } from '../layout';
import type { FastPath } from './fast-path';
import type { SharedMemory } from './memory-access';
import type { AddressTranslation } from './translation';

/** A fetch that faulted: the exception, and the address of the part that was not there. */
export interface FetchFault {
  readonly code: number;
  readonly low: number;
  readonly high: number;
}

const LAST_PARCEL = DecodedLayout.parcels - 1;

/** Finds code for the interpreter: the decoded page of pc, and instructions that need more than that. */
export class InstructionFetch {
  constructor(
    private readonly state: HartState,
    private readonly shared: SharedMemory,
    private readonly translation: AddressTranslation,
    private readonly fastPath: FastPath,
    /** See `Hart.once`. */
    private readonly once: (prepare: () => void, undo: () => void) => boolean,
  ) {}

  /** Puts the page of pc into the execute table. */
  enterPage(): FetchFault | undefined {
    const { pcLow, pcHigh } = this.state;
    const fault = this.translate(pcLow, pcHigh);
    if (fault) return fault;
    const { ram, decoded } = this.shared;
    const { physical } = this.translation;
    if (!ram.contains(physical) || !this.translation.isPageAllowed(Access.execute))
      return this.fetchAlone(pcLow, pcHigh, physical);
    const ramPage = (physical - ram.base) >>> 12;
    this.shared.markVirtualBreakpoints(pcLow, pcHigh, ramPage);
    const decodedPage = decoded.pageOf(ramPage);
    const context = this.state.get(HartLayout.fetchContext);
    const memoryOffset = ram.memoryOffset(physical - (physical % FRAME));
    this.fastPath.fill(HartLayout.executeTable, pcLow, pcHigh, context, memoryOffset, decodedPage);
    return undefined;
  }

  /** Decodes the instruction at pc, of which the second half is in the next page, into the hart's crossing page. */
  fetchCrossing(): FetchFault | undefined {
    const { pcLow, pcHigh } = this.state;
    const word = this.fetchWord(pcLow, pcHigh);
    if (typeof word !== 'number') return word;
    this.shared.decoded.decodeSingle(this.crossingPage, LAST_PARCEL, word);
    this.state.setPair(HartLayout.crossingPc, pcLow, pcHigh);
    this.state.setPair(HartLayout.crossingContext, this.state.get(HartLayout.fetchContext), 0);
    return undefined;
  }

  private get crossingPage(): number {
    return this.state.base + HartLayout.crossingPage;
  }

  /** One instruction of a page of which PMP allows only a part, or of a boot ROM: fetched each time. */
  private fetchAlone(low: number, high: number, physical: number): FetchFault | undefined {
    const parcel = (low & 0xfff) >> 1;
    const first = this.parcel(physical) ?? 0;
    let word: number | FetchFault = first;
    if ((first & 3) === 3) word = this.fetchWord(low, high);
    if (typeof word !== 'number') return word;
    this.fastPath.dropCrossing();
    const context = this.state.get(HartLayout.fetchContext);
    const alone = word;
    this.once(
      () => {
        this.shared.decoded.decodeSingle(this.crossingPage, parcel, alone);
        this.fastPath.fill(HartLayout.executeTable, low, high, context, 0, this.crossingPage);
      },
      () => this.fastPath.dropPage(HartLayout.executeTable, low),
    );
    return undefined;
  }

  /** The 32 bits at an address, parcel by parcel. Both pages become code, so that stores to them are seen. */
  private fetchWord(low: number, high: number): number | FetchFault {
    const firstFault = this.translate(low, high);
    if (firstFault) return firstFault;
    const first = this.translation.physical;
    const secondLow = (low + 2) | 0;
    const secondHigh = secondLow === 0 ? (high + 1) | 0 : high;
    const secondFault = this.translate(secondLow, secondHigh);
    if (secondFault) return secondFault;
    const second = this.translation.physical;
    this.becomesCode(first);
    this.becomesCode(second);
    return (this.parcel(first) ?? 0) | ((this.parcel(second) ?? 0) << 16);
  }

  private becomesCode(physical: number): void {
    const { ram, decoded } = this.shared;
    if (ram.contains(physical)) decoded.pageOf((physical - ram.base) >>> 12);
  }

  /** 16 bits of an instruction; undefined where there is neither RAM nor a boot ROM. */
  private parcel(physical: number): number | undefined {
    const { ram, platform } = this.shared;
    return ram.contains(physical, 2) ? ram.read16(physical) : platform.fetchPhysical(physical);
  }

  private translate(low: number, high: number): FetchFault | undefined {
    let code = this.translation.translate(low, high, 2, Access.execute);
    if (code < 0 && this.parcel(this.translation.physical) === undefined) {
      code = ExceptionCode.instructionAccessFault;
    }
    return code < 0 ? undefined : { code, low, high };
  }
}
