import { type AccessSize, accessFaultOf, ExceptionCode, guestPageFaultOf, pageFaultOf } from '../../isa';
import { Access, accessNames } from '../../mmu';
import { FRAME } from '../../mmu/address';
import { CACHE_BLOCK } from '../hart/cache-block';
import type { HartState } from '../hart/hart-state';
import type { HartOptions } from '../hart/options';
import type { Reservations } from '../hart/reservations';
import type { DecodedCode } from '../interpreter/decoded-code';
import { HartLayout } from '../layout';
import type { FastPath, FastPathTable } from './fast-path';
import type { CorePlatform } from './platform';
import type { PhysicalMemory } from './ram';
import type { AddressTranslation } from './translation';
import type { Watchpoints } from './watch';

/** What harts have in common. */
export interface SharedMemory {
  readonly ram: PhysicalMemory;
  readonly decoded: DecodedCode;
  readonly watchpoints: Watchpoints;
  readonly reservations: Reservations;
  readonly platform: CorePlatform;
  readonly options: HartOptions;
  /** RAM is about to change, or has: what was decoded from there is void. */
  storedToCode(ramOffset: number, length: number): void;
  /** Whether a breakpoint is set for the instruction of a decoded entry, which is at this pc. */
  hasBreakpoint(entry: number, pcLow: number, pcHigh: number): boolean;
  /** Makes the interpreter ask at the breakpoints of the virtual page that is mapped to this page of RAM. */
  markVirtualBreakpoints(low: number, high: number, ramPage: number): void;
}

/** How an access tells its hart what happened. */
export interface AccessEvents {
  /**
   * The access traps; the instruction does not retire.
   * @param offset from the address of the access to the value
   */
  raiseAccess(code: number, valueLow: number, valueHigh: number, offset: number): void;
  watchHit(address: number, isWrite: boolean): void;
  /** See `Hart.once`; the instruction is counted. */
  once(prepare: () => void, undo: () => void): boolean;
  /** The access reads the time, which has to wait: the instruction is executed when the hart runs again. */
  postpone(): void;
}

const misalignedFault = { load: ExceptionCode.loadMisaligned, store: ExceptionCode.storeMisaligned } as const;

const storeFaults: ReadonlyMap<number, number> = new Map([
  [pageFaultOf('read'), pageFaultOf('write')],
  [guestPageFaultOf('read'), guestPageFaultOf('write')],
  [accessFaultOf('read'), accessFaultOf('write')],
  [-1, accessFaultOf('write')],
]);

/** The fault of a store that is to an access what the fault of a load is; -1 stands for an address where nothing is. */
export const storeFaultOf = (fault: number): number => storeFaults.get(fault) ?? fault;

/**
 * Loads, stores and atomics that the fast path does not answer. Each gives true when the access is done and false when it has trapped or has to wait;
 * loads leave their value, zero-extended, in `low` and `high`.
 */
export class MemoryAccess {
  low = 0;
  high = 0;
  /** Low word of the address of the current access. */
  private start = 0;
  /** During hlv, hlvx and hsv, which act as though in VS- or VU-mode. */
  private guest: { readonly executable: boolean } | undefined;

  constructor(
    private readonly state: HartState,
    private readonly shared: SharedMemory,
    private readonly translation: AddressTranslation,
    private readonly fastPath: FastPath,
    private readonly events: AccessEvents,
    /** What becomes of plain loads and stores at addresses that are no multiple of their size. */
    private readonly misaligned: HartOptions['misaligned'],
  ) {}

  load(low: number, high: number, size: AccessSize): boolean {
    this.start = low;
    if (this.trapsMisaligned && !this.isAligned(low, high, size, 'load')) return false;
    if ((low & 0xfff) + size > FRAME) return this.loadAcrossPages(low, high, size);
    if (!this.translate(low, high, size, Access.read)) return false;
    const { physical } = this.translation;
    if (this.shared.ram.contains(physical, size)) {
      this.readRam(physical, size);
      this.cache(HartLayout.readTable, low, high, Access.read);
    } else if (this.shared.platform.timeIsAhead?.(physical)) {
      this.events.postpone();
      return false;
    } else if (!this.readDevice(physical, size)) {
      this.raise(ExceptionCode.loadAccessFault, low, high);
      return false;
    }
    if (this.shared.watchpoints.isHit(physical, size, false)) this.events.watchHit(physical, false);
    return true;
  }

  store(low: number, high: number, size: AccessSize, valueLow: number, valueHigh: number): boolean {
    this.start = low;
    if (this.trapsMisaligned && !this.isAligned(low, high, size, 'store')) return false;
    if ((low & 0xfff) + size > FRAME) return this.storeAcrossPages(low, high, size, valueLow, valueHigh);
    if (!this.translate(low, high, size, Access.write)) return false;
    const { physical } = this.translation;
    if (this.shared.ram.contains(physical, size)) {
      this.byOwnStore(() => this.writeRam(physical, size, valueLow, valueHigh));
      this.cache(HartLayout.writeTable, low, high, Access.write);
    } else if (!this.writeDevice(physical, size, valueLow, valueHigh)) {
      this.raise(ExceptionCode.storeAccessFault, low, high);
      return false;
    }
    if (this.shared.watchpoints.isHit(physical, size, true)) this.events.watchHit(physical, true);
    return true;
  }

  /**
   * Puts an address into the write table if an atomic operation may write there. Devices have no atomics.
   * @returns whether the instruction is to be tried again; else it has trapped, or `once` has seen to it
   */
  prepareAtomic(low: number, high: number, size: AccessSize): boolean {
    this.start = low;
    if (!this.isAligned(low, high, size, 'store')) return false;
    if (!this.translate(low, high, size, Access.write)) return false;
    const { physical } = this.translation;
    const { ram, watchpoints } = this.shared;
    if (!ram.contains(physical, size)) {
      this.raise(ExceptionCode.storeAccessFault, low, high);
      return false;
    }
    if (this.cache(HartLayout.writeTable, low, high, Access.write)) return true;
    // A page of code, or a watched one, or one that PMP allows in part: for this instruction only.
    const isPrepared = this.events.once(
      () => this.fill(HartLayout.writeTable, low, high),
      () => this.fastPath.dropPage(HartLayout.writeTable, low),
    );
    if (!isPrepared) return false;
    this.shared.storedToCode(physical - ram.base, size);
    this.shared.reservations.written(ram.memoryOffset(physical), size, this.state);
    if (watchpoints.isHit(physical, size, true)) this.events.watchHit(physical, true);
    else if (watchpoints.isHit(physical, size, false)) this.events.watchHit(physical, false);
    return false;
  }

  loadReserved(low: number, high: number, size: AccessSize): boolean {
    this.start = low;
    if (!this.isAligned(low, high, size, 'load')) return false;
    if (!this.load(low, high, size)) return false;
    const { physical } = this.translation;
    const { ram } = this.shared;
    this.state.set(HartLayout.reservation, ram.contains(physical, size) ? ram.memoryOffset(physical) : -1);
    return true;
  }

  /**
   * Without a reservation too, what may not be stored there is a fault (Unprivileged, Zalrsc: no sc retires unless it passes the checks).
   * @returns whether it failed; undefined when it trapped
   */
  storeConditional(
    low: number,
    high: number,
    size: AccessSize,
    valueLow: number,
    valueHigh: number,
  ): boolean | undefined {
    this.start = low;
    if (!this.isAligned(low, high, size, 'store')) return undefined;
    if (!this.translate(low, high, size, Access.write)) return undefined;
    const { physical } = this.translation;
    const { ram } = this.shared;
    // Only RAM has reservations.
    if (!ram.contains(physical, size)) {
      this.raise(ExceptionCode.storeAccessFault, low, high);
      return undefined;
    }
    const reservation = this.state.get(HartLayout.reservation);
    const isReserved = (ram.memoryOffset(physical) | 0) === reservation && !this.failsSpuriously();
    if (isReserved && !this.store(low, high, size, valueLow, valueHigh)) return undefined;
    this.state.set(HartLayout.reservation, -1);
    return !isReserved;
  }

  /** hlv, and hlvx, which needs X in place of R. */
  hypervisorLoad(low: number, high: number, size: AccessSize, executable: boolean): boolean {
    return this.asGuest(executable, () => this.load(low, high, size));
  }

  hypervisorStore(low: number, high: number, size: AccessSize, valueLow: number, valueHigh: number): boolean {
    return this.asGuest(false, () => this.store(low, high, size, valueLow, valueHigh));
  }

  /** Zeroes the cache block of an address, which a fault reports as it is. Devices have no cache blocks. */
  zeroBlock(low: number, high: number): boolean {
    const physical = this.translateBlock(low, high, Access.write);
    if (physical === undefined) return false;
    this.byOwnStore(() => this.shared.ram.fill(physical, CACHE_BLOCK, 0));
    if (this.shared.watchpoints.isHit(physical, CACHE_BLOCK, true)) this.events.watchHit(physical, true);
    return true;
  }

  /** Whether the cache block of an address may be managed: wherever a load is allowed, as no page is writable only. */
  manageBlock(low: number, high: number): boolean {
    return this.translateBlock(low, high, Access.read) !== undefined;
  }

  /** Faults are those of a store, whatever is asked for. */
  private translateBlock(low: number, high: number, access: Access): number | undefined {
    this.start = low;
    const fault = this.translation.translate(low & -CACHE_BLOCK, high, CACHE_BLOCK, access);
    const { physical } = this.translation;
    if (fault < 0 && this.shared.ram.contains(physical, CACHE_BLOCK)) return physical;
    this.raise(storeFaultOf(fault), low, high);
    return undefined;
  }

  private asGuest(executable: boolean, access: () => boolean): boolean {
    this.guest = { executable };
    try {
      return access();
    } finally {
      this.guest = undefined;
    }
  }

  /** A store of this hart leaves its own reservation, and may end those of others. */
  private byOwnStore(store: () => void): void {
    const reservation = this.state.get(HartLayout.reservation);
    store();
    this.state.set(HartLayout.reservation, reservation);
  }

  private get trapsMisaligned(): boolean {
    return this.misaligned === 'traps';
  }

  /** Of the store-conditionals that could succeed, each so manieth does not, where the machine is to be like that. */
  private failsSpuriously(): boolean {
    const { spuriousFailures } = this.shared.options;
    if (spuriousFailures === 0) return false;
    this.state.conditionals = (this.state.conditionals + 1) % spuriousFailures;
    return this.state.conditionals === 0;
  }

  private raise(code: number, low: number, high: number): void {
    this.events.raiseAccess(code, low, high, (low - this.start) | 0);
  }

  private isAligned(low: number, high: number, size: AccessSize, kind: 'load' | 'store'): boolean {
    if ((low & (size - 1)) === 0) return true;
    this.translation.useDataMode(this.guest);
    this.raise(misalignedFault[kind], low, high);
    return false;
  }

  private translate(low: number, high: number, size: number, access: Access): boolean {
    const { translation, guest } = this;
    const fault = guest
      ? translation.translateAsGuest(low, high, size, access, guest.executable)
      : translation.translate(low, high, size, access);
    if (fault < 0) return true;
    this.raise(fault, low, high);
    return false;
  }

  /** Whether a part of an access that devices do not take lies in RAM; else it has trapped. */
  private isRam(physical: number, low: number, high: number, size: number, access: Access): boolean {
    if (this.shared.ram.contains(physical, size)) return true;
    this.raise(accessFaultOf(accessNames[access]), low, high);
    return false;
  }

  /** Lets the interpreter answer itself from now on, where nothing needs to be seen here. */
  private cache(table: FastPathTable, low: number, high: number, access: Access): boolean {
    const { ram, decoded, watchpoints, reservations } = this.shared;
    const { physical } = this.translation;
    // What hlv may read is not for ordinary loads.
    if (this.guest || watchpoints.coversPage(physical)) return false;
    if (access === Access.write) {
      if (decoded.isCode((physical - ram.base) >>> 12)) return false;
      if (reservations.isHeldByOthers(ram.memoryOffset(physical), this.state)) return false;
    }
    if (!this.translation.isPageAllowed(access)) return false;
    this.fill(table, low, high);
    return true;
  }

  private fill(table: FastPathTable, low: number, high: number): void {
    const { physical } = this.translation;
    if (table === HartLayout.writeTable) this.shared.ram.markDirty(physical);
    const context = this.state.get(HartLayout.dataContext);
    const memoryOffset = this.shared.ram.memoryOffset(physical - (physical % FRAME));
    this.fastPath.fill(table, low, high, context, memoryOffset);
  }

  private readRam(physical: number, size: AccessSize): void {
    const { ram } = this.shared;
    switch (size) {
      case 1:
        this.setResult(ram.read8(physical), 0);
        break;
      case 2:
        this.setResult(ram.read16(physical), 0);
        break;
      case 4:
        this.setResult(ram.read32(physical), 0);
        break;
      case 8:
        this.setResult(ram.read32(physical), ram.read32(physical + 4));
        break;
    }
  }

  private writeRam(physical: number, size: AccessSize, low: number, high: number): void {
    const { ram } = this.shared;
    switch (size) {
      case 1:
        ram.write8(physical, low & 0xff);
        break;
      case 2:
        ram.write16(physical, low & 0xffff);
        break;
      case 4:
        ram.write32(physical, low);
        break;
      case 8:
        ram.writeWords(physical, low, high);
        break;
    }
  }

  /** Misaligned accesses to devices are access faults. */
  private readDevice(physical: number, size: AccessSize): boolean {
    const { platform } = this.shared;
    if (physical % size !== 0 || !platform.readPhysical(physical, size)) return false;
    this.setResult(platform.readLow, platform.readHigh);
    return true;
  }

  private writeDevice(physical: number, size: AccessSize, low: number, high: number): boolean {
    return physical % size === 0 && this.shared.platform.writePhysical(physical, size, low, high);
  }

  /** Byte by byte, once both pages are known to be accessible. */
  private loadAcrossPages(low: number, high: number, size: AccessSize): boolean {
    const bytes = this.bytesAcrossPages(low, high, size, Access.read);
    if (!bytes) return false;
    const words = [0, 0];
    for (const [index, physical] of bytes.entries()) {
      words[index >> 2] = (words[index >> 2] ?? 0) | (this.shared.ram.read8(physical) << ((index & 3) * 8));
    }
    this.setResult(words[0] ?? 0, words[1] ?? 0);
    for (const physical of bytes) {
      if (this.shared.watchpoints.isHit(physical, 1, false)) this.events.watchHit(physical, false);
    }
    return true;
  }

  private storeAcrossPages(low: number, high: number, size: AccessSize, valueLow: number, valueHigh: number): boolean {
    const bytes = this.bytesAcrossPages(low, high, size, Access.write);
    if (!bytes) return false;
    for (const [index, physical] of bytes.entries()) {
      const word = index < 4 ? valueLow : valueHigh;
      this.byOwnStore(() => this.shared.ram.write8(physical, (word >> ((index & 3) * 8)) & 0xff));
      if (this.shared.watchpoints.isHit(physical, 1, true)) this.events.watchHit(physical, true);
    }
    return true;
  }

  /** Machine addresses of an access that goes over the end of a page, all of them RAM; a fault in the second page reports its start. */
  private bytesAcrossPages(low: number, high: number, size: AccessSize, access: Access): number[] | undefined {
    const inFirst = FRAME - (low & 0xfff);
    const secondLow = (low & ~0xfff) + FRAME;
    const secondHigh = (secondLow | 0) === 0 ? high + 1 : high;
    if (!this.translate(low, high, inFirst, access)) return undefined;
    const first = this.translation.physical;
    if (!this.translate(secondLow | 0, secondHigh | 0, size - inFirst, access)) return undefined;
    const second = this.translation.physical;
    // What may not be accessed is told before what is not there, as a VMM finds out.
    if (!this.isRam(first, low, high, inFirst, access)) return undefined;
    if (!this.isRam(second, secondLow | 0, secondHigh | 0, size - inFirst, access)) return undefined;
    return Array.from({ length: size }, (_, index) => (index < inFirst ? first + index : second + index - inFirst));
  }

  private setResult(low: number, high: number): void {
    this.low = low;
    this.high = high;
  }
}
