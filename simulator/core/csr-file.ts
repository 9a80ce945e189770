/**
 * The CSRs as objects: each knows how it reads and writes, and which values it takes (WARL, WPRI). Views (sstatus, sie, sip) hold
 * nothing of their own. Permission by privilege and by the read-only range of numbers is the same for all and is checked outside.
 */
import { csrs, machineCsrGroups } from '../isa';
import type { Pmp } from '../mmu';
import { Privilege } from '../mmu';
import { CsrSlot, fromWords, type HartState, highWord, lowWord, Status } from './hart-state';

/** What CSRs need of their hart besides its registers. */
export interface CsrHost {
  readonly state: HartState;
  readonly pmp: Pmp;
  readonly hartId: number;
  /** Machine clock in instructions at the current instruction. */
  clock(): number;
  /** Instructions retired before the current one. */
  instructionsRetired(): number;
  /** Translation or privilege of data accesses may have changed. */
  modesChanged(): void;
}

export interface CsrRegister {
  /** Puts the value into `low` and `high` of the file. */
  read(file: CsrFile): void;
  /** Takes what is legal of the value. Absent: writes are ignored. */
  write?(file: CsrFile, low: number, high: number): void;
  /** Permission beyond privilege; true when absent. */
  allowed?(file: CsrFile): boolean;
}

/** Interrupt bits that S-mode can be given: SSI, STI, SEI. */
const SUPERVISOR_INTERRUPTS = 0x222;
const ALL_INTERRUPTS = 0xaaa;
const SSIP = 1 << 1;

/** Exceptions that can be delegated: all that exist but the environment call from M-mode. */
const DELEGABLE_EXCEPTIONS = 0xb3ff;

const SSTATUS_READ = Status.SIE | Status.SPIE | Status.SPP | Status.SUM | Status.MXR;
const MSTATUS_WRITE = SSTATUS_READ | Status.MIE | Status.MPIE | Status.MPRV | Status.TVM | Status.TW | Status.TSR;
/** UXL = 2 and SXL = 2: 64 bits, read-only. */
const SSTATUS_HIGH = 2;
const MSTATUS_HIGH = 2 | (2 << 2);

/** I, M, A, C, S, U; MXL = 2. */
const MISA_LOW = (1 << 8) | (1 << 12) | (1 << 0) | (1 << 2) | (1 << 18) | (1 << 20);
const MISA_HIGH = 2 << 30;

const ATP_MODE_BARE = 0;
const ATP_MODE_SV39 = 8;

export class CsrFile {
  low = 0;
  high = 0;
  private readonly registers: (CsrRegister | undefined)[] = [];

  constructor(readonly host: CsrHost) {
    for (const { number, name, group } of csrs) {
      if (machineCsrGroups.has(group)) this.registers[number] = registerOf(name);
    }
  }

  get state(): HartState {
    return this.host.state;
  }

  /** The register of a number, if this machine has it. */
  find(number: number): CsrRegister | undefined {
    return this.registers[number];
  }

  set(low: number, high: number): void {
    this.low = low;
    this.high = high;
  }

  setBig(value: bigint): void {
    this.set(lowWord(value), highWord(value));
  }

  setNumber(value: number): void {
    this.set(value | 0, Math.floor(value / 2 ** 32) | 0);
  }
}

/** Holds its bits in a slot; `lowMask` and `highMask` are those that can be written. */
function plain(slot: CsrSlot, lowMask = -1, highMask = -1): CsrRegister {
  return {
    read: (file) => file.set(file.state.csrLow(slot), file.state.csrHigh(slot)),
    write: (file, low, high) => file.state.setCsr(slot, low & lowMask, high & highMask),
  };
}

function constant(low: number, high = 0): CsrRegister {
  return { read: (file) => file.set(low, high), write: () => undefined };
}

/** A trap vector: MODE is direct or vectored; a reserved MODE leaves the register as it is. */
function trapVector(slot: CsrSlot): CsrRegister {
  return {
    ...plain(slot),
    write: (file, low, high) => {
      if ((low & 3) <= 1) file.state.setCsr(slot, low, high);
    },
  };
}

function legalStatus(old: number, value: number): number {
  const mpp = (value & Status.MPP) >> Status.MPP_SHIFT;
  const isLegal = mpp === Privilege.user || mpp === Privilege.supervisor || mpp === Privilege.machine;
  return (value & MSTATUS_WRITE) | ((isLegal ? value : old) & Status.MPP);
}

const mstatus: CsrRegister = {
  read: (file) => file.set(file.state.status, MSTATUS_HIGH),
  write: (file, low) => {
    file.state.status = legalStatus(file.state.status, low);
    file.host.modesChanged();
  },
};

const sstatus: CsrRegister = {
  read: (file) => file.set(file.state.status & SSTATUS_READ, SSTATUS_HIGH),
  write: (file, low) => {
    file.state.status = (file.state.status & ~SSTATUS_READ) | (low & SSTATUS_READ);
    file.host.modesChanged();
  },
};

const mip: CsrRegister = {
  read: (file) => file.set(file.state.pending, 0),
  write: (file, low) => file.state.setCsr(CsrSlot.mip, low & SUPERVISOR_INTERRUPTS, 0),
};

const sip: CsrRegister = {
  read: (file) => file.set(file.state.pending & file.state.csrLow(CsrSlot.mideleg), 0),
  write: (file, low) => {
    const writable = SSIP & file.state.csrLow(CsrSlot.mideleg);
    file.state.setCsr(CsrSlot.mip, (file.state.csrLow(CsrSlot.mip) & ~writable) | (low & writable), 0);
  },
};

const sie: CsrRegister = {
  read: (file) => file.set(file.state.enabled & file.state.csrLow(CsrSlot.mideleg), 0),
  write: (file, low) => {
    const writable = file.state.csrLow(CsrSlot.mideleg);
    file.state.setCsr(CsrSlot.mie, (file.state.enabled & ~writable) | (low & writable), 0);
  },
};

const satp: CsrRegister = {
  ...plain(CsrSlot.satp),
  // A write with an unsupported MODE has no effect at all.
  write: (file, low, high) => {
    const mode = high >>> 28;
    if (mode !== ATP_MODE_BARE && mode !== ATP_MODE_SV39) return;
    file.state.setCsr(CsrSlot.satp, low, high);
    file.host.modesChanged();
  },
  allowed: ({ state }) => state.privilege === Privilege.machine || !(state.status & Status.TVM),
};

const mcycle: CsrRegister = {
  read: (file) => {
    const value = BigInt(file.host.clock()) + file.state.cycleOffset;
    file.setBig(value);
  },
  write: (file, low, high) => {
    file.state.cycleOffset = BigInt.asUintN(64, fromWords(low, high) - BigInt(file.host.clock()));
  },
};

const minstret: CsrRegister = {
  read: (file) => {
    const value = BigInt(file.host.instructionsRetired()) + file.state.instretOffset;
    file.setBig(value);
  },
  // The write takes effect after the instruction that writes, which is then not counted.
  write: (file, low, high) => {
    const retired = BigInt(file.host.instructionsRetired() + 1);
    file.state.instretOffset = BigInt.asUintN(64, fromWords(low, high) - retired);
  },
};

const time: CsrRegister = { read: (file) => file.setNumber(Math.floor(file.host.clock() / 100)) };

/** A counter that lower modes may read when mcounteren, and for U-mode scounteren, say so. */
function userCounter(counter: CsrRegister, bit: number): CsrRegister {
  return {
    read: counter.read,
    allowed: ({ state }) => {
      if (state.privilege === Privilege.machine) return true;
      const enabled = (slot: CsrSlot): boolean => ((state.csrLow(slot) >>> bit) & 1) !== 0;
      if (!enabled(CsrSlot.mcounteren)) return false;
      return state.privilege === Privilege.supervisor || enabled(CsrSlot.scounteren);
    },
  };
}

/** Eight configurations from two words of four. */
function pmpConfig(index: number): CsrRegister {
  return {
    read: (file) => file.set(file.host.pmp.configWord(index), file.host.pmp.configWord(index + 1)),
    write: ({ host: { pmp } }, low, high) => {
      pmp.setConfigWord(index, low);
      pmp.setConfigWord(index + 1, high);
    },
  };
}

function pmpAddress(index: number): CsrRegister {
  return {
    read: (file) => file.setBig(file.host.pmp.addressRegister(index)),
    write: ({ host: { pmp } }, low, high) => pmp.setAddressRegister(index, fromWords(low, high)),
  };
}

const named: Readonly<Record<string, CsrRegister>> = {
  mvendorid: constant(0),
  marchid: constant(0),
  mimpid: constant(0),
  mhartid: { read: (file) => file.set(file.host.hartId, 0) },
  mconfigptr: constant(0),
  misa: constant(MISA_LOW, MISA_HIGH),
  mstatus,
  sstatus,
  medeleg: plain(CsrSlot.medeleg, DELEGABLE_EXCEPTIONS, 0),
  mideleg: plain(CsrSlot.mideleg, SUPERVISOR_INTERRUPTS, 0),
  mie: plain(CsrSlot.mie, ALL_INTERRUPTS, 0),
  sie,
  mip,
  sip,
  mtvec: trapVector(CsrSlot.mtvec),
  stvec: trapVector(CsrSlot.stvec),
  mcounteren: plain(CsrSlot.mcounteren, -1, 0),
  scounteren: plain(CsrSlot.scounteren, -1, 0),
  mcountinhibit: constant(0),
  menvcfg: plain(CsrSlot.menvcfg, 1, 0),
  senvcfg: plain(CsrSlot.senvcfg, 1, 0),
  mscratch: plain(CsrSlot.mscratch),
  sscratch: plain(CsrSlot.sscratch),
  mepc: plain(CsrSlot.mepc, ~1),
  sepc: plain(CsrSlot.sepc, ~1),
  mcause: plain(CsrSlot.mcause),
  scause: plain(CsrSlot.scause),
  mtval: plain(CsrSlot.mtval),
  stval: plain(CsrSlot.stval),
  satp,
  mcycle,
  minstret,
  cycle: userCounter(mcycle, 0),
  time: userCounter(time, 1),
  instret: userCounter(minstret, 2),
};

function registerOf(name: string): CsrRegister | undefined {
  const known = named[name];
  if (known) return known;
  const index = Number(/\d+$/.exec(name)?.[0]);
  if (name.startsWith('pmpcfg')) return index < 4 ? pmpConfig(index) : undefined;
  if (name.startsWith('pmpaddr')) return index < 16 ? pmpAddress(index) : undefined;
  if (name.startsWith('hpmcounter')) return userCounter(constant(0), index);
  // Event counters count nothing, and there are no triggers.
  return constant(0);
}
