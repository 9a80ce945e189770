import { type Hart, HypervisorStatus, Status, StatusHigh, translationWords } from '../../simulator/core/index';
import type { CpuMode, CpuPeek, CpuState } from '../../simulator/hypervisor/cpu';
import type { TranslationTable, Vcpu } from '../../simulator/hypervisor/vcpu';
import type { Vm } from '../../simulator/hypervisor/vm';
import { Csr, PagingMode } from '../../simulator/isa/index';
import { FRAME } from '../../simulator/mmu/address';
import { type Access, Privilege } from '../../simulator/mmu/index';
import { valueOfWords } from '../format';
import type { WorldName } from '../protocol';
import { trapCsrsOf } from './trap-csrs';

/** What is debugged, as far as it says which worlds there may be. */
interface Debugged {
  /** Whose guest it is, under a VMM. */
  readonly vm: Vm | undefined;
  /** The hart on which a CPU runs. */
  hartOf(cpu: CpuState): Hart;
  /** The vCPU that a CPU is, under a VMM. */
  vcpuOf(cpu: CpuState): Vcpu | undefined;
}

/** A mode with an address space of its own, and software in it: what views can be about. */
export interface World extends CpuMode {
  readonly name: WorldName;
  /** Why it is offered: `the hart stands here`. */
  readonly why: string;
}

/** CSRs that nobody writes who does not bring a guest. Reset leaves them 0; hstatus has constant bits beside. */
const HYPERVISOR_CSRS = [Csr.hgatp, Csr.vsatp, Csr.vstvec, Csr.hedeleg, Csr.hideleg, Csr.hvip];
const HSTATUS_SET =
  HypervisorStatus.SPV |
  HypervisorStatus.SPVP |
  HypervisorStatus.GVA |
  HypervisorStatus.HU |
  HypervisorStatus.VTVM |
  HypervisorStatus.VTW |
  HypervisorStatus.VTSR;

/**
 * Whether the software makes use of the H extension: as long as it does not, its S-mode is called just that. Only the state of the
 * machine says so; a kernel that never heard of hypervisors keeps the names of its books on a machine that has H, as QEMU's has.
 */
export function usesHypervisor(debuggee: Debugged, cpu: CpuState): boolean {
  const hart = debuggee.hartOf(cpu);
  if (debuggee.vm || !hart.options.hypervisor) return false;
  if (cpu.virtual || hart.virtual || hart.state.statusHigh & StatusHigh.MPV) return true;
  if (hart.csrLow(Csr.hstatus.number) & HSTATUS_SET) return true;
  return HYPERVISOR_CSRS.some(({ number }) => hart.csr(number) !== 0n);
}

/** The manual's name of a mode. */
export function worldName(debuggee: Debugged, cpu: CpuState, mode: CpuMode = cpu): WorldName {
  if (mode.virtual) return mode.privilege === Privilege.user ? 'VU' : 'VS';
  if (mode.privilege === Privilege.machine) return 'M';
  if (mode.privilege === Privilege.user) return 'U';
  return usesHypervisor(debuggee, cpu) ? 'HS' : 'S';
}

export function modeName(debuggee: Debugged, cpu: CpuState, mode: CpuMode = cpu): string {
  return `${worldName(debuggee, cpu, mode)}-mode`;
}

/** `HS-mode`; in a guest of the user's own hypervisor with its VMID, as hgatp has it: `VS-mode of VMID 3`. */
export function placedModeName(debuggee: Debugged, cpu: CpuState): string {
  const guest = !debuggee.vm && cpu.virtual ? ` of VMID ${debuggee.hartOf(cpu).vmid}` : '';
  return `${modeName(debuggee, cpu)}${guest}`;
}

/**
 * The worlds that there are where a CPU stands. The first is what views begin with: the one that trapped, where its addresses are not
 * those of the handler (a guest's, or those of whoever has paging below M-mode); else the one in which the hart stands.
 */
export function worldsOf(debuggee: Debugged, cpu: CpuState): World[] {
  const world = (mode: CpuMode, why: string): World => {
    const { privilege, virtual } = mode;
    return { name: worldName(debuggee, cpu, mode), privilege, virtual, why };
  };
  const here = world(cpu, 'the hart stands here');
  if (debuggee.vm) return [here];
  const hart = debuggee.hartOf(cpu);
  const trapped = trappedModes(hart, cpu).map((mode) => world(mode, 'from here the last trap came'));
  const others = hart.options.hypervisor && hasGuest(cpu) ? guestModes : [];
  const [last] = trapped;
  const isOther = last?.virtual === true || (here.name === 'M' && last?.name !== 'M' && isPaged(cpu));
  const found = isOther ? [...trapped, here] : [here, ...trapped];
  const all = [...found, ...others.map((mode) => world(mode, 'vsatp and hgatp are set up for it'))];
  return all.filter(({ name }, index) => all.findIndex((each) => each.name === name) === index);
}

const guestModes: readonly CpuMode[] = [
  { privilege: Privilege.supervisor, virtual: true },
  { privilege: Privilege.user, virtual: true },
];

/** Where the traps came from in whose handlers a CPU may be, innermost first: what the return from them would lead to. */
function trappedModes(hart: Hart, { privilege, virtual }: CpuState): CpuMode[] {
  if (virtual) return [];
  const supervisor = hart.csr(Csr.sepc.number) === 0n ? [] : [trapped(hart, 's')];
  if (privilege === Privilege.supervisor) return supervisor;
  if (privilege !== Privilege.machine || hart.csr(Csr.mepc.number) === 0n) return [];
  const own = trapped(hart, 'm');
  // A hypervisor that called the firmware has a guest of its own.
  return own.privilege === Privilege.supervisor && !own.virtual ? [own, ...supervisor] : [own];
}

/** The mode that the last trap into M- or (H)S-mode interrupted, and to which the return from it leads. */
export function previousMode({ state }: Hart, by: 's' | 'm'): CpuMode {
  if (by === 'm')
    return {
      privilege: ((state.status & Status.MPP) >> Status.MPP_SHIFT) as Privilege,
      virtual: (state.statusHigh & StatusHigh.MPV) !== 0,
    };
  return {
    privilege: state.status & Status.SPP ? Privilege.supervisor : Privilege.user,
    virtual: (state.hypervisorStatus & HypervisorStatus.SPV) !== 0,
  };
}

/**
 * The mode in which the access was made that the last trap into M- or (H)S-mode is about: the interrupted one. But hlv, hlvx and hsv act in
 * the guest's mode, and GVA says that the value is an address of the guest's (manual, "Hypervisor Status Register").
 */
function trapped(hart: Hart, by: 's' | 'm'): CpuMode {
  const mode = previousMode(hart, by);
  const { hypervisorStatus, statusHigh } = hart.state;
  const isGuestAddress = by === 'm' ? statusHigh & StatusHigh.GVA : hypervisorStatus & HypervisorStatus.GVA;
  if (mode.virtual || !isGuestAddress) return mode;
  const asSupervisor = (hypervisorStatus & HypervisorStatus.SPVP) !== 0;
  return { privilege: asSupervisor ? Privilege.supervisor : Privilege.user, virtual: true };
}

/** The mode that the last trap into a CPU's own mode interrupted; of what an address in its trap value is, where `ofValue`. */
export function interruptedMode(debuggee: Debugged, cpu: CpuState, ofValue = false): CpuMode {
  const { privilege, virtual } = cpu;
  if (!debuggee.vm && !virtual)
    return (ofValue ? trapped : previousMode)(debuggee.hartOf(cpu), privilege === Privilege.machine ? 'm' : 's');
  const status = cpu.readCsr(trapCsrsOf(cpu)?.status ?? 0) ?? 0n;
  return { privilege: status & BigInt(Status.SPP) ? Privilege.supervisor : Privilege.user, virtual };
}

const isPaged = (cpu: CpuState): boolean => (cpu.readCsr(Csr.satp.number) ?? 0n) !== 0n;

/** Whether there is something to walk for V = 1. */
function hasGuest(cpu: CpuState): boolean {
  return cpu.virtual || (cpu.readCsr(Csr.hgatp.number) ?? 0n) !== 0n;
}

/** A CPU as the software of one of its worlds sees it: addresses are meant there. */
export class CpuInWorld implements CpuState {
  readonly privilege: Privilege;
  readonly virtual: boolean;

  constructor(
    private readonly cpu: CpuState,
    { privilege, virtual }: CpuMode,
  ) {
    this.privilege = privilege;
    this.virtual = virtual;
  }

  /** The CPU itself, in the mode in which it stands. */
  get standing(): CpuState {
    return standing(this.cpu);
  }

  get id(): number {
    return this.cpu.id;
  }

  get isStarted(): boolean {
    return this.cpu.isStarted;
  }

  get retired(): number {
    return this.cpu.retired;
  }

  x(register: number): bigint {
    return this.cpu.x(register);
  }

  setX(register: number, value: bigint): void {
    this.cpu.setX(register, value);
  }

  get pc(): bigint {
    return this.cpu.pc;
  }

  set pc(value: bigint) {
    this.cpu.pc = value;
  }

  readCsr(number: number): bigint | undefined {
    return this.cpu.readCsr(number);
  }

  get registeredSatp(): CpuState['registeredSatp'] {
    const { cpu } = this;
    return cpu.registeredSatp && ((privilege) => cpu.registeredSatp?.(privilege) ?? 0n);
  }

  writeCsr(number: number, value: bigint): boolean {
    return this.cpu.writeCsr(number, value);
  }

  peek(address: bigint, access: Access, mode: CpuMode = this, pastTlb?: boolean): CpuPeek {
    return this.cpu.peek(address, access, mode, pastTlb);
  }
}

/** The CPU of the machine that is seen, in whichever of its worlds. */
export function standing(cpu: CpuState): CpuState {
  return cpu instanceof CpuInWorld ? cpu.standing : cpu;
}

export function isSameCpu(one: CpuState, other: CpuState): boolean {
  return standing(one) === standing(other);
}

/** A CPU in another mode; itself where it is in that already. */
export function inWorld(cpu: CpuState, { privilege, virtual }: CpuMode): CpuState {
  return cpu.privilege === privilege && cpu.virtual === virtual ? cpu : new CpuInWorld(cpu, { privilege, virtual });
}

/** The satp by which a CPU's own tables are walked: vsatp for the guest of a hypervisor that runs on the bare machine. */
export function satpOf(cpu: CpuState): bigint {
  if (cpu.registeredSatp) return cpu.registeredSatp(cpu.privilege);
  return cpu.readCsr((cpu.virtual ? Csr.vsatp : Csr.satp).number) ?? 0n;
}

/** Whether the hardware walks a guest's own tables, whose addresses are the machine's. */
export function hasRegisteredTables({ vm }: Debugged): boolean {
  return vm?.engine.translation === 'registered';
}

/** The hgatp of the second stage, where a CPU's accesses go through two. */
export function hgatpOf(debuggee: Debugged, cpu: CpuState): bigint | undefined {
  if (!hasTwoStages(debuggee, cpu)) return undefined;
  const vcpu = debuggee.vcpuOf(cpu);
  const [stage] = vcpu?.tables() ?? [];
  // The hart of a vCPU that is put away may have another VM's by now.
  return stage && !vcpu?.on ? hgatpFor(stage) : debuggee.hartOf(cpu).csr(Csr.hgatp.number);
}

/** The hgatp by which a second stage is walked when its vCPU has a hart. Sv39x4 has the number of Sv39. */
function hgatpFor({ root, tag = 0 }: TranslationTable): bigint {
  return valueOfWords(translationWords(PagingMode.sv39, tag, root / FRAME));
}

/** Whether a CPU's guest, or the guest of a hypervisor that runs on the bare machine, translates by two stages. */
export function hasTwoStages({ vm }: Debugged, cpu: CpuState): boolean {
  return vm?.engine.translation === 'second-stage' || cpu.virtual;
}
