/** Interrupt CSRs: pending, enabled, delegated. Those of lower modes are views of mip and mie; bits that H adds are views of hvip. */

import { InterruptBit, MACHINE_INTERRUPTS, SUPERVISOR_INTERRUPTS, VIRTUAL_INTERRUPTS } from '../../isa';
import { CsrSlot, EnvironmentHigh, type HartState, HypervisorStatus } from '../hart/hart-state';
import type { CsrFile, CsrHost } from './file';
import { type CsrRegister, plain } from './register';

const GUEST_EXTERNAL = InterruptBit.supervisorGuestExternal;
const SSIP = InterruptBit.supervisorSoftware;
const VSSIP = InterruptBit.virtualSupervisorSoftware;
const STIP = InterruptBit.supervisorTimer;
const VSEIP = InterruptBit.virtualSupervisorExternal;

/** The interrupts that H adds to a machine: VS-mode's, and, where there are any, guest external ones. */
function addedInterrupts({ options }: CsrHost): number {
  if (!options.hypervisor) return 0;
  return VIRTUAL_INTERRUPTS | (options.guestExternalInterrupts > 0 ? GUEST_EXTERNAL : 0);
}

/** STIP belongs to stimecmp while menvcfg.STCE is set, else to M-mode's software. */
export function timerIsEnabled(state: HartState): boolean {
  return (state.csrHigh(CsrSlot.menvcfg) & EnvironmentHigh.STCE) !== 0;
}

function setInjected(state: HartState, low: number, mask: number): void {
  state.setCsr(CsrSlot.hvip, (state.csrLow(CsrSlot.hvip) & ~mask) | (low & mask), 0);
}

const mip: CsrRegister = {
  read: (file) => file.set(file.state.pending, 0),
  // Wires do not stick: what is set or cleared is what software wrote.
  written: ({ state }) => state.csrLow(CsrSlot.mip) | (state.csrLow(CsrSlot.hvip) & VSSIP),
  write: ({ state, host }, low) => {
    const writable = timerIsEnabled(state) ? SUPERVISOR_INTERRUPTS & ~STIP : SUPERVISOR_INTERRUPTS;
    state.setCsr(CsrSlot.mip, low & writable, 0);
    if (host.options.hypervisor) setInjected(state, low, VSSIP);
  },
};

const mie: CsrRegister = {
  ...plain(CsrSlot.mie),
  write: ({ state, host }, low) => {
    state.setCsr(CsrSlot.mie, low & (MACHINE_INTERRUPTS | SUPERVISOR_INTERRUPTS | addedInterrupts(host)), 0);
  },
};

/** VS-mode's and guest external interrupts are always delegated: read-only ones. */
const mideleg: CsrRegister = {
  ...plain(CsrSlot.mideleg),
  write: (file, low) => setDelegated(file, low),
  reset: (file) => setDelegated(file, 0),
};

function setDelegated({ state, host }: CsrFile, low: number): void {
  state.setCsr(CsrSlot.mideleg, (low & SUPERVISOR_INTERRUPTS) | addedInterrupts(host), 0);
}

/** What of mip and mie a supervisor sees. */
const delegated = (state: HartState): number => state.csrLow(CsrSlot.mideleg) & SUPERVISOR_INTERRUPTS;

const sip: CsrRegister = {
  read: (file) => file.set(file.state.pending & delegated(file.state), 0),
  write: ({ state }, low) => {
    const writable = SSIP & delegated(state);
    state.setCsr(CsrSlot.mip, (state.csrLow(CsrSlot.mip) & ~writable) | (low & writable), 0);
  },
};

/** A view of some bits of mie. */
function enableView(bits: (state: HartState) => number): CsrRegister {
  return {
    read: (file) => file.set(file.state.enabled & bits(file.state), 0),
    write: ({ state }, low) => {
      const writable = bits(state);
      state.setCsr(CsrSlot.mie, (state.enabled & ~writable) | (low & writable), 0);
    },
  };
}

/** The interrupts of hip and hie: those that mideleg always delegates. */
const added = (state: HartState): number => state.csrLow(CsrSlot.mideleg) & ~SUPERVISOR_INTERRUPTS;

const hip: CsrRegister = {
  read: (file) => file.set(file.state.pending & added(file.state), 0),
  write: ({ state }, low) => setInjected(state, low, VSSIP),
};

const hvip: CsrRegister = plain(CsrSlot.hvip, VIRTUAL_INTERRUPTS, 0);

const hideleg: CsrRegister = plain(CsrSlot.hideleg, VIRTUAL_INTERRUPTS, 0);

const toGuest = (state: HartState): number => state.csrLow(CsrSlot.hideleg) & VIRTUAL_INTERRUPTS;

/** VS-mode sees its interrupts where S-mode's are, one bit lower. */
const vsip: CsrRegister = {
  read: (file) => file.set((file.state.pending & toGuest(file.state)) >> 1, 0),
  write: ({ state }, low) => setInjected(state, low << 1, VSSIP & toGuest(state)),
};

const vsie: CsrRegister = {
  read: (file) => file.set((file.state.enabled & toGuest(file.state)) >> 1, 0),
  write: ({ state }, low) => {
    const writable = toGuest(state);
    state.setCsr(CsrSlot.mie, (state.enabled & ~writable) | ((low << 1) & writable), 0);
  },
};

/** Guest external interrupts 1 to `count` by their bits, as two words. */
function guestExternalMask(count: number): readonly [low: number, high: number] {
  const below = (bits: number): number => (bits >= 32 ? -1 : bits <= 0 ? 0 : (1 << bits) - 1);
  return [below(count + 1) & ~1, below(count + 1 - 32)];
}

const hgeie: CsrRegister = {
  ...plain(CsrSlot.hgeie),
  write: ({ state, host: { options } }, low, high) => {
    const [lowMask, highMask] = guestExternalMask(options.guestExternalInterrupts);
    state.setCsr(CsrSlot.hgeie, low & lowMask, high & highMask);
    updateGuestExternal(state);
  },
};

const hgeip: CsrRegister = { read: plain(CsrSlot.hgeip).read };

/** The wires that come of hgeip: SGEIP by hgeie, VSEIP by hstatus.VGEIN. */
export function updateGuestExternal(state: HartState): void {
  const [low, high] = [state.csrLow(CsrSlot.hgeip), state.csrHigh(CsrSlot.hgeip)];
  const enabled = (low & state.csrLow(CsrSlot.hgeie)) | (high & state.csrHigh(CsrSlot.hgeie));
  const chosen = (state.hypervisorStatus & HypervisorStatus.VGEIN) >> HypervisorStatus.VGEIN_SHIFT;
  const isChosen = ((chosen < 32 ? low : high) >>> (chosen & 31)) & 1;
  const kept = state.lines & ~(GUEST_EXTERNAL | VSEIP);
  state.lines = kept | (enabled !== 0 ? GUEST_EXTERNAL : 0) | (isChosen ? VSEIP : 0);
}

export const interruptRegisters = {
  mideleg,
  mie,
  mip,
  sie: enableView(delegated),
  sip,
};

export const virtualInterruptRegisters = {
  hie: enableView(added),
  hip,
  hvip,
  hideleg,
  hgeie,
  hgeip,
  vsie,
  vsip,
};
