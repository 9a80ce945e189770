/** Counters and timers (manual: Zicntr, Zihpm, Sstc). Time of the machine is one clock; event counters count nothing. */
import { between, Csr, family, fieldShift, lowMask } from '../../isa';
import { Privilege } from '../../mmu';
import { CsrSlot, EnvironmentHigh, fromWords, type HartState } from '../hart/hart-state';
import type { HartOptions } from '../hart/options';
import { NANOSECONDS_PER_TICK } from '../hart/timers';
import type { CsrFile } from './file';
import { timerIsEnabled } from './interrupts';
import { type CsrRegister, constant, plain, Refusal } from './register';

/** Bits of mcounteren, scounteren and hcounteren, by their positions. */
const CYCLE_BIT = fieldShift(Csr.mcounteren, 'CY');
const TIME_BIT = fieldShift(Csr.mcounteren, 'TM');
const INSTRET_BIT = fieldShift(Csr.mcounteren, 'IR');
const CYCLE_INHIBITED = lowMask(Csr.mcountinhibit, 'CY');
const INSTRET_INHIBITED = lowMask(Csr.mcountinhibit, 'IR');

const isInhibited = (state: HartState, bit: number): boolean => (state.csrLow(CsrSlot.mcountinhibit) & bit) !== 0;

/** A counter that adds its offset to what the machine counts; while it is inhibited, the offset is its value. */
interface Count {
  readonly bit: number;
  now(file: CsrFile): number;
  offset(state: HartState): bigint;
  setOffset(state: HartState, offset: bigint): void;
}

const cycles: Count = {
  bit: CYCLE_INHIBITED,
  now: (file) => file.host.clock(),
  offset: (state) => state.cycleOffset,
  setOffset: (state, offset) => {
    state.cycleOffset = BigInt.asUintN(64, offset);
  },
};

const instructions: Count = {
  bit: INSTRET_INHIBITED,
  now: (file) => file.host.instructionsRetired(),
  offset: (state) => state.instretOffset,
  setOffset: (state, offset) => {
    state.instretOffset = BigInt.asUintN(64, offset);
  },
};

function countOf(count: Count, file: CsrFile): bigint {
  const offset = count.offset(file.state);
  return isInhibited(file.state, count.bit) ? offset : BigInt(count.now(file)) + offset;
}

/** @param late instructions after the current one from which on the value counts */
function counter(count: Count, late: number): CsrRegister {
  return {
    read: (file) => {
      const isPlain = count.offset(file.state) === 0n && !isInhibited(file.state, count.bit);
      if (isPlain) file.setNumber(count.now(file));
      else file.setBig(countOf(count, file));
    },
    write: (file, low, high) => {
      const value = fromWords(low, high);
      const base = isInhibited(file.state, count.bit) ? 0n : BigInt(count.now(file) + late);
      count.setOffset(file.state, value - base);
    },
  };
}

const mcycle = counter(cycles, 0);
// The write takes effect after the instruction that writes, which is then not counted.
const minstret = counter(instructions, 1);

const mcountinhibit: CsrRegister = {
  ...plain(CsrSlot.mcountinhibit),
  write: (file, low) => {
    const values = [cycles, instructions].map((count) => [count, countOf(count, file)] as const);
    file.state.setCsr(CsrSlot.mcountinhibit, low & (CYCLE_INHIBITED | INSTRET_INHIBITED), 0);
    for (const [count, value] of values) {
      const base = isInhibited(file.state, count.bit) ? 0n : BigInt(count.now(file));
      count.setOffset(file.state, value - base);
    }
  },
};

const time: CsrRegister = {
  read: (file) => {
    const { state } = file;
    file.setNumber(Math.floor(file.host.clock() / NANOSECONDS_PER_TICK));
    if (!state.virtual) return;
    const low = (file.low >>> 0) + (state.csrLow(CsrSlot.htimedelta) >>> 0);
    file.set(low | 0, file.high + state.csrHigh(CsrSlot.htimedelta) + (low > 0xffffffff ? 1 : 0));
  },
};

const isEnabled = (state: HartState, slot: CsrSlot, bit: number): boolean => ((state.csrLow(slot) >>> bit) & 1) !== 0;

/** A counter that lower modes may read when mcounteren, in virtual modes hcounteren, and in user modes scounteren say so. */
function userCounter(register: CsrRegister, bit: number): CsrRegister {
  return {
    read: register.read,
    refusal: ({ state }) => {
      const { privilege, virtual } = state;
      if (privilege === Privilege.machine) return Refusal.Allowed;
      if (!isEnabled(state, CsrSlot.mcounteren, bit)) return Refusal.Illegal;
      if (virtual && !isEnabled(state, CsrSlot.hcounteren, bit)) return Refusal.Virtual;
      if (privilege === Privilege.supervisor || isEnabled(state, CsrSlot.scounteren, bit)) return Refusal.Allowed;
      return virtual ? Refusal.Virtual : Refusal.Illegal;
    },
  };
}

/** stimecmp and, in its place in VS-mode, vstimecmp: below M-mode only with STCE and the counter-enable bit of `time`. */
function timeCompare(slot: CsrSlot): CsrRegister {
  return {
    ...plain(slot),
    write: ({ state, host }, low, high) => {
      state.setCsr(slot, low, high);
      host.timersChanged();
    },
    refusal: ({ state }) => {
      if (state.privilege === Privilege.machine) return Refusal.Allowed;
      if (!timerIsEnabled(state) || !isEnabled(state, CsrSlot.mcounteren, TIME_BIT)) return Refusal.Illegal;
      if (!state.virtual) return Refusal.Allowed;
      const isGuestEnabled =
        (state.csrHigh(CsrSlot.henvcfg) & EnvironmentHigh.STCE) !== 0 && isEnabled(state, CsrSlot.hcounteren, TIME_BIT);
      return isGuestEnabled ? Refusal.Allowed : Refusal.Virtual;
    },
  };
}

const supervisorTimer = ({ supervisorTimer }: HartOptions): boolean => supervisorTimer;

/** Event counters count nothing; `index` is their bit in the counter-enable registers. */
const eventCounter = (index: number): CsrRegister => userCounter(constant(0), index);

export const counterRegisters = {
  mcounteren: plain(CsrSlot.mcounteren, -1, 0),
  scounteren: plain(CsrSlot.scounteren, -1, 0),
  mcountinhibit,
  mcycle,
  minstret,
  ...family('mhpmevent', between(3, 31), () => constant(0)),
  ...family('mhpmcounter', between(3, 31), () => constant(0)),
  cycle: userCounter(mcycle, CYCLE_BIT),
  time: userCounter(time, TIME_BIT),
  instret: userCounter(minstret, INSTRET_BIT),
  ...family('hpmcounter', between(3, 31), eventCounter),
  stimecmp: { ...timeCompare(CsrSlot.stimecmp), exists: supervisorTimer },
};

export const virtualCounterRegisters = {
  vstimecmp: { ...timeCompare(CsrSlot.vstimecmp), exists: supervisorTimer },
  hcounteren: plain(CsrSlot.hcounteren, -1, 0),
  htimedelta: {
    ...plain(CsrSlot.htimedelta),
    write: ({ state, host }: CsrFile, low: number, high: number) => {
      state.setCsr(CsrSlot.htimedelta, low, high);
      host.timersChanged();
    },
  },
};
