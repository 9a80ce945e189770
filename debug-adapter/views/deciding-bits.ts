import type { CpuMode, HartOptions } from '../../simulator/core/index';
import { csrNumberIn, Status } from '../../simulator/core/index';
import {
  Csr,
  type CsrDescription,
  causeOf,
  csrLevel,
  csrName,
  decode,
  ExceptionCode,
  expand,
  systemOperationOf,
  valueOfField,
} from '../../simulator/isa/index';
import { Privilege } from '../../simulator/mmu/index';
import type { DecidingCsr, Transition } from '../inspect/transitions';
import type { DecidingBit, WorldName } from '../protocol';

/** Sections of the manual, volume II. */
const section = {
  machineStatus: 'Virtualization Support in mstatus Register',
  machineStack: 'Privilege and Global Interrupt-Enable Stack in mstatus register',
  machineDelegation: 'Machine Trap Delegation (medeleg and mideleg) Registers',
  supervisorStatus: 'Supervisor Status (sstatus) Register',
  hypervisorStatus: 'Hypervisor Status (hstatus) Register',
  hypervisorDelegation: 'Hypervisor Trap Delegation (hedeleg and hideleg) Registers',
  machineCounters: 'Machine Counter-Enable (mcounteren) Register',
  hypervisorCounters: 'Hypervisor Counter-Enable (hcounteren) Register',
  supervisorCounters: 'Supervisor Counter-Enable (scounteren) Register',
  virtualStatus: 'Virtual Supervisor Status (vsstatus) Register',
  addresses: 'CSR Address Mapping Conventions',
  trapReturn: 'Trap-Return Instructions',
  wait: 'Wait for Interrupt',
  supervisorFence: 'Supervisor Memory-Management Fence Instruction',
  hypervisorFence: 'Hypervisor Memory-Management Fence Instructions',
} as const;

/** What is known of the hart besides the transition. */
interface Known {
  readonly options: Pick<HartOptions, 'hypervisor'>;
  /** The bits of the instruction that trapped, where they can be read. */
  readonly word: number | undefined;
  nameOf(mode: CpuMode): WorldName;
}

/** The bits by which a transition happened, and went where it went: in the order in which the hardware asks them. */
export function decidingBits(transition: Transition, known: Known): DecidingBit[] {
  const { how } = transition;
  if (how.kind === 'return') return returnBits(transition, how.instruction, known);
  const { cause, passedOn } = how;
  const isRefusal =
    !cause.interrupt &&
    (cause.code === ExceptionCode.illegalInstruction || cause.code === ExceptionCode.virtualInstruction);
  const refused = isRefusal && known.word !== undefined ? refusalBits(transition, known.word, known) : [];
  return [...refused, ...(passedOn ? [] : machineDelegation(transition, known)), ...guestDelegation(transition, known)];
}

function bit(name: string, value: number | bigint | string, why: string, where: string): DecidingBit {
  return { name, value: String(value), why, section: where };
}

const lowered = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

// --- Who takes a trap

function machineDelegation(transition: Transition, { nameOf }: Known): DecidingBit[] {
  const { how, before } = transition;
  if (how.kind !== 'trap') return [];
  const { code, interrupt } = how.cause;
  const csr = interrupt ? 'mideleg' : 'medeleg';
  const { name } = causeOf(code, interrupt);
  if (before.privilege === Privilege.machine && !before.virtual && how.into === 'm' && !interrupt)
    return [
      bit(
        'mode',
        'M',
        'A trap never goes to a mode with less privilege: M-mode keeps its own.',
        section.machineDelegation,
      ),
    ];
  const value = (transition.low(csr) >>> code) & 1;
  const why = value
    ? `M-mode does not take it: ${lowered(name)} is delegated.`
    : `Not delegated: M-mode takes it, from ${nameOf(before)}-mode too.`;
  return [bit(`${csr}[${code}]`, value, why, section.machineDelegation)];
}

function guestDelegation(transition: Transition, { options }: Known): DecidingBit[] {
  const { how, before } = transition;
  if (how.kind !== 'trap' || !options.hypervisor || how.into === 'm') return [];
  const { code, interrupt } = how.cause;
  const csr = interrupt ? 'hideleg' : 'hedeleg';
  if (!before.virtual)
    return [bit('V', 0, `V was 0, so ${csr} is not asked: HS-mode takes it.`, section.hypervisorDelegation)];
  const value = (transition.low(csr) >>> code) & 1;
  const why = value
    ? `V was 1 and it is delegated on: VS-mode takes it, and the hypervisor never hears of it.`
    : `V was 1 and it is not delegated on: HS-mode takes it, which is a VM exit.`;
  return [bit(`${csr}[${code}]`, value, why, section.hypervisorDelegation)];
}

// --- Why an instruction traps

function refusalBits(transition: Transition, word: number, known: Known): DecidingBit[] {
  const decoded = decode(word);
  const instruction = decoded && expand(decoded).instruction;
  const operation = instruction && systemOperationOf(instruction);
  const { before } = transition;
  const isUser = before.privilege === Privilege.user;
  switch (operation) {
    case 'sret':
      if (isUser) return [privileged('sret', section.trapReturn, known, transition)];
      return before.virtual
        ? [statusBit(transition, Csr.hstatus, 'VTSR', 'sret in VS-mode traps to the hypervisor.')]
        : [statusBit(transition, Csr.mstatus, 'TSR', 'sret in S-mode traps.')];
    case 'mret':
      return [privileged('mret', section.trapReturn, known, transition)];
    case 'wfi':
      if (isUser && !(transition.low('mstatus') & Status.TW))
        return [privileged('wfi', section.wait, known, transition)];
      return before.virtual && !(transition.low('mstatus') & Status.TW)
        ? [statusBit(transition, Csr.hstatus, 'VTW', 'wfi in VS-mode traps to the hypervisor, unless it ends at once.')]
        : [statusBit(transition, Csr.mstatus, 'TW', 'wfi below M-mode traps, unless it ends at once.')];
    case 'sfence.vma':
    case 'sfence.inval':
      return isUser ? [privileged('sfence.vma', section.supervisorFence, known, transition)] : [memoryBit(transition)];
    case 'hfence.vvma':
      return [privileged(operation, section.hypervisorFence, known, transition)];
    case 'hfence.gvma':
      return isUser || before.virtual
        ? [privileged(operation, section.hypervisorFence, known, transition)]
        : [guestMemoryBit(transition)];
    case 'csr-write':
    case 'csr-set':
    case 'csr-clear':
      return csrBits(transition, csrNumberIn(word), known);
    default:
      return [];
  }
}

function privileged(what: string, where: string, { nameOf }: Known, { before }: Transition): DecidingBit {
  return bit('mode', nameOf(before), `${what} needs more privilege than ${nameOf(before)}-mode has.`, where);
}

function statusBit(
  transition: Transition,
  csr: CsrDescription,
  name: 'TVM' | 'TW' | 'TSR' | 'VTVM' | 'VTW' | 'VTSR',
  why: string,
): DecidingBit {
  const isGuests = csr === Csr.hstatus;
  const word = BigInt.asUintN(32, BigInt(transition.low(isGuests ? 'hstatus' : 'mstatus')));
  const value = isGuests
    ? valueOfField(Csr.hstatus, name as 'VTVM' | 'VTW' | 'VTSR', word)
    : valueOfField(Csr.mstatus, name as 'TVM' | 'TW' | 'TSR', word);
  return bit(`${csr.name}.${name}`, value, why, isGuests ? section.hypervisorStatus : section.machineStatus);
}

function memoryBit(transition: Transition): DecidingBit {
  return transition.before.virtual
    ? statusBit(transition, Csr.hstatus, 'VTVM', 'satp and sfence.vma in VS-mode trap to the hypervisor.')
    : statusBit(transition, Csr.mstatus, 'TVM', 'satp and sfence.vma in S-mode trap.');
}

/** Of the second stage, which only HS-mode has. */
function guestMemoryBit(transition: Transition): DecidingBit {
  return statusBit(transition, Csr.mstatus, 'TVM', 'hgatp and hfence.gvma in HS-mode trap.');
}

const counters: ReadonlyMap<number, number> = new Map(
  [Csr.cycle, Csr.time, Csr.instret].map(({ number }, index) => [number, index]),
);

function csrBits(transition: Transition, number: number, { nameOf }: Known): DecidingBit[] {
  const { before } = transition;
  const mode = nameOf(before);
  const counter = counters.get(number);
  if (counter !== undefined) return counterBits(transition, counter, csrName(number));
  const level = csrLevel(number);
  const needed = ['U', 'S', 'HS', 'M'][level] ?? 'M';
  const has =
    before.privilege === Privilege.machine
      ? 3
      : before.privilege === Privilege.supervisor
        ? before.virtual
          ? 1
          : 2
        : 0;
  if (has >= level && number === Csr.satp.number) return [memoryBit(transition)];
  if (has >= level && number === Csr.hgatp.number) return [guestMemoryBit(transition)];
  if (has >= level) return [];
  const why = `Bits 9:8 of its number, ${level}, say that ${csrName(number)} needs ${needed}-mode: ${mode}-mode is less.`;
  return [bit(`${csrName(number)}[9:8]`, level, why, section.addresses)];
}

/** mcounteren is asked first, then with V = 1 hcounteren, then in user modes scounteren: up to the one that refuses. */
function counterBits(transition: Transition, counter: number, name: string): DecidingBit[] {
  const { before } = transition;
  const field = ['CY', 'TM', 'IR'][counter] ?? '';
  const asked: readonly (readonly [DecidingCsr, string, boolean])[] = [
    ['mcounteren', section.machineCounters, before.privilege !== Privilege.machine],
    ['hcounteren', section.hypervisorCounters, before.virtual],
    ['scounteren', section.supervisorCounters, before.privilege === Privilege.user],
  ];
  const bits: DecidingBit[] = [];
  for (const [csr, where, isAsked] of asked) {
    if (!isAsked) continue;
    const value = (transition.low(csr) >>> counter) & 1;
    bits.push(
      bit(`${csr}.${field}`, value, value ? `${name} may be read below.` : `${name} may not be read below.`, where),
    );
    if (!value) break;
  }
  return bits;
}

// --- Where a return leads

function returnBits(
  { before, after }: Transition,
  instruction: 'mret' | 'sret',
  { options, nameOf }: Known,
): DecidingBit[] {
  const to = nameOf(after);
  const privilege = after.privilege === Privilege.machine ? 3 : after.privilege === Privilege.supervisor ? 1 : 0;
  const names = { 0: 'U', 1: 'S', 3: 'M' } as const;
  const virtual = after.virtual ? 1 : 0;
  if (instruction === 'mret') {
    const stack = bit(
      'mstatus.MPP',
      `${privilege} (${names[privilege]})`,
      `mret goes to the privilege in MPP.`,
      section.machineStack,
    );
    const isAsked = options.hypervisor && privilege !== 3;
    const why = `mret sets V to MPV: ${to}-mode.`;
    return isAsked ? [stack, bit('mstatus.MPV', virtual, why, section.machineStack)] : [stack];
  }
  if (before.virtual)
    return [
      bit(
        'vsstatus.SPP',
        `${privilege} (${names[privilege]})`,
        `sret with V = 1 uses vsstatus, and V stays 1: ${to}-mode.`,
        section.virtualStatus,
      ),
    ];
  const stack = bit(
    'sstatus.SPP',
    `${privilege} (${names[privilege]})`,
    'sret goes to the privilege in SPP.',
    section.supervisorStatus,
  );
  if (!options.hypervisor) return [stack];
  const why = `sret sets V to SPV: ${to}-mode.`;
  return [stack, bit('hstatus.SPV', virtual, why, section.hypervisorStatus)];
}
