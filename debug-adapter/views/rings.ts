import type { CpuMode, Hart } from '../../simulator/core/index';
import type { CpuState } from '../../simulator/hypervisor/cpu';
import type { ExitRecord } from '../../simulator/hypervisor/ledger/ledger';
import { causeOf } from '../../simulator/isa/index';
import { Privilege } from '../../simulator/mmu/index';
import type { Debuggee } from '../debuggee';
import type { InspectedThread } from '../debugging';
import { hex } from '../format';
import { instructionText } from '../inspect/exit-text';
import type { Transition } from '../inspect/transitions';
import { inWorld, usesHypervisor, worldName } from '../inspect/worlds';
import type { ModeTransition, RingCpu, Rings, WorldName } from '../protocol';
import { guestSource } from './address';
import { decidingBits } from './deciding-bits';
import { stateNames } from './vms';

/** Where every CPU is, really and as its guest believes, and the last change of mode on the hart of a thread. */
export function rings(thread: InspectedThread): Rings {
  const { machine, debuggee, cpu } = thread;
  const hart = debuggee.hartOf(cpu);
  const last = thread.transitions.lastOn(hart);
  return {
    modes: modesOf(debuggee, hart),
    cpus: machine.cpus.map((each) => showCpu({ ...thread, debuggee: machine.guestOf(each), cpu: each })),
    ...(last ? { transition: showTransition(thread, hart, last) } : {}),
  };
}

/** A mode of the machine, as the hardware has it. Where there is a VMM, or somebody else who uses H, S-mode is HS-mode. */
function realName(debuggee: Debuggee, hart: Hart, cpu: CpuState, mode: CpuMode): WorldName {
  const name = worldName(debuggee, cpu, mode);
  return name === 'S' && debuggee.vm && hart.options.hypervisor ? 'HS' : name;
}

function modesOf(debuggee: Debuggee, hart: Hart): Rings['modes'] {
  const { vm, machine } = debuggee;
  const [cpu] = debuggee.cpus;
  const hasGuests = hart.options.hypervisor;
  const isHosting = vm !== undefined || (cpu !== undefined && usesHypervisor(debuggee, cpu));
  const supervisor: WorldName = hasGuests && isHosting ? 'HS' : 'S';
  const inVirtual = (holds: string): string => (isHosting ? holds : 'nobody: no software here uses the H extension');
  const engines = machine.guests.map((guest) => guest.vm?.engine.translation);
  const isDeprivileged = engines.includes('shadow') || engines.includes('registered');
  const isHardware = engines.includes('second-stage');
  const without = [
    ...(engines.includes('shadow') ? ['full virtualization'] : []),
    ...(engines.includes('registered') ? ['paravirtualization'] : []),
  ];
  const nobody = `nobody: ${without.join(' and ')} ${without.length > 1 ? 'do' : 'does'} without`;
  const usersOfU = isDeprivileged ? 'guests, kernel and programs alike: deprivileged' : 'nobody here';
  return [
    { name: 'M', holds: vm ? SBI : holderOfMachineMode(debuggee) },
    { name: supervisor, holds: vm ? 'the hypervisor (VMM)' : isHosting ? 'your hypervisor' : 'your kernel' },
    ...(hasGuests
      ? [
          {
            name: 'VS' as const,
            holds: vm ? (isHardware ? 'guests’ kernels' : nobody) : inVirtual('its guest’s kernel'),
          },
          {
            name: 'VU' as const,
            holds: vm ? (isHardware ? 'guests’ programs' : nobody) : inVirtual('its guest’s programs'),
          },
        ]
      : []),
    { name: 'U', holds: vm ? usersOfU : 'programs' },
  ];
}

const SBI = 'firmware: the SBI';

/** Who has M-mode of a machine without a VMM. */
function holderOfMachineMode({ system: { configuration } }: Debuggee): string {
  if (configuration.firmware !== 'none') return SBI;
  return configuration.bios ? 'firmware of your own, from reset: the bios' : 'your program, from reset';
}

function showCpu({ machine, debuggee, cpu, ...running }: InspectedThread): RingCpu {
  const vcpu = debuggee.vcpuOf(cpu);
  const hart = vcpu ? vcpu.on : debuggee.hartOf(cpu);
  const { privilege, virtual } = cpu;
  const believes = vcpu !== undefined || virtual;
  const symbol = debuggee.describe(cpu, cpu.pc);
  const source = guestSource({ ...running, machine, debuggee }, cpu, cpu.pc);
  return {
    threadId: machine.threadOf(cpu),
    name: machine.nameOf(cpu),
    ...(hart ? { real: realName(debuggee, hart, cpu, modeOn(hart)), hart: hart.id } : {}),
    ...(believes ? { virtual: privilege === Privilege.user ? ('U' as const) : ('S' as const) } : {}),
    state: vcpu ? stateNames[vcpu.run] : cpu.isStarted ? 'running' : 'off',
    pc: hex(cpu.pc),
    ...(symbol === undefined ? {} : { symbol }),
    ...(source ? { source } : {}),
  };
}

const modeOn = ({ privilege, virtual }: Hart): CpuMode => ({ privilege, virtual });

function showTransition(thread: InspectedThread, hart: Hart, transition: Transition): ModeTransition {
  const { how, before, after, number, pc } = transition;
  const owner = ownerOf(thread, hart, transition);
  const nameOf = (mode: CpuMode): WorldName => realName(thread.debuggee, hart, thread.cpu, mode);
  const place = owner && placeIn(owner, transition);
  return {
    kind: how.kind,
    hart: hart.id,
    ...(owner && owner.cpu !== thread.cpu ? { of: thread.machine.nameOf(owner.cpu) } : {}),
    number,
    from: nameOf(before),
    to: nameOf(after),
    cause: how.kind === 'return' ? how.instruction : causeOf(how.cause.code, how.cause.interrupt).name,
    pc: hex(pc),
    ...place?.shown,
    ...(owner ? ofExit(owner, hart, transition) : {}),
    bits: decidingBits(transition, { options: hart.options, word: place?.word, nameOf }),
  };
}

/**
 * Whose a transition on a hart was: under a VMM of a trap of who was left, while its handler works; else of who has the hart. Of a hart that
 * has nothing to do it was of who was left last. Undefined where it was nobody's.
 */
function ownerOf(thread: InspectedThread, hart: Hart, { how }: Transition): InspectedThread | undefined {
  const { machine } = thread;
  const { hypervisor } = machine.system;
  if (!hypervisor) return thread;
  const { ledger } = hypervisor;
  const running = hypervisor.runningOn(hart);
  const exit =
    ledger.handling?.hart === hart.id
      ? ledger.handling
      : running
        ? undefined
        : ledger.last(1, (each) => each.hart === hart.id)[0];
  const name = how.kind === 'trap' && exit ? exit.left : running?.name;
  const cpu = name ? machine.cpuNamed(name) : undefined;
  return cpu && { ...thread, debuggee: machine.guestOf(cpu), cpu };
}

/** Where a transition was, or led to, as its owner's program has it; and of an instruction that trapped its bits. */
function placeIn(
  owner: InspectedThread,
  { how, before, after, pc }: Transition,
): { readonly shown: Pick<ModeTransition, 'symbol' | 'instruction' | 'source'>; readonly word: number | undefined } {
  const { debuggee, cpu } = owner;
  const there = inWorld(cpu, placeOf(debuggee, cpu, how.kind === 'trap' ? before : after));
  const symbol = debuggee.describe(there, pc);
  const source = guestSource(owner, there, pc);
  const isInstructions = how.kind === 'trap' && !how.cause.interrupt;
  const word = isInstructions ? debuggee.instructionAt(there, pc) : undefined;
  const instruction = word === undefined ? undefined : instructionText(debuggee, there, pc);
  const shown = {
    ...(symbol === undefined ? {} : { symbol }),
    ...(instruction === undefined ? {} : { instruction }),
    ...(source ? { source } : {}),
  };
  return { shown, word };
}

/** In which mode of its CPU an address is meant: a deprivileged guest has its own, and the hardware's U-mode is only where it is. */
function placeOf(debuggee: Debuggee, cpu: CpuState, mode: CpuMode): CpuMode {
  if (!debuggee.vm) return mode;
  const { privilege, virtual } = cpu;
  return { privilege: mode.virtual ? mode.privilege : privilege, virtual };
}

/** Of a transition into the VMM, or out of it: the exit, and what its guest believes to have happened. */
function ofExit(
  { debuggee, cpu }: InspectedThread,
  hart: Hart,
  { how, before, after }: Transition,
): Pick<ModeTransition, 'exit' | 'believed'> {
  const hosts = (mode: CpuMode): boolean => mode.privilege === Privilege.supervisor && !mode.virtual;
  const isExit = how.kind === 'trap' ? hosts(after) : hosts(before);
  const ledger = debuggee.system.hypervisor?.ledger;
  if (!isExit || !ledger) return {};
  const handling = ledger.handling?.hart === hart.id ? ledger.handling : undefined;
  const record = handling ?? ledger.last(1, (each) => debuggee.cpuOfExit(each) === cpu)[0];
  if (!record) return {};
  const exit = { number: record.number, reason: record.kind.id };
  return how.kind === 'trap' ? { exit } : { exit, believed: believedOf(record, cpu) };
}

/** What the guest sees of an exit that is over. */
function believedOf(
  { user, changes, call, instruction }: ExitRecord,
  cpu: CpuState,
): NonNullable<ModeTransition['believed']> {
  const from = user ? 'U' : 'S';
  const to = cpu.privilege === Privilege.user ? 'U' : 'S';
  const injected = changes.find((change) => change.kind === 'trap');
  const text = injected
    ? `a trap of its own: ${causeOf(injected.cause, injected.interrupt).name}`
    : from !== to
      ? 'a return from its own handler'
      : instruction !== 0
        ? 'that its instruction was executed'
        : call
          ? 'that its firmware has answered'
          : 'nothing';
  return { from, to, text };
}
