import { Register } from '../../simulator/devices/virtio/registers';
import type { VirtioTransport } from '../../simulator/devices/virtio/transport';
import { effectsOfCall } from '../../simulator/firmware/sbi/call';
import type { SbiEffect } from '../../simulator/firmware/sbi/interface';
import type { CpuState } from '../../simulator/hypervisor/cpu';
import { accessedCsr, type Foreseen } from '../../simulator/hypervisor/foreseen';
import { Csr, memoryOf } from '../../simulator/isa/index';
import { INTERRUPTS } from '../../simulator/machine/memory-map';
import { Access, Privilege } from '../../simulator/mmu/index';
import type { Debuggee } from '../debuggee';
import { hex } from '../format';
import { callsFirmware, presentInstruction } from './coming-trap';
import type { Effect } from './effect';

/** What the instruction at which a CPU stands will do to CPUs later. Nothing is changed: it is not executed. */
export function foreseenEffects(debuggee: Debuggee, cpu: CpuState): Effect[] {
  const instruction = presentInstruction(debuggee, cpu);
  if (!instruction) return [];
  if (callsFirmware(debuggee, cpu, instruction)) return effectsOfCallBy(debuggee, cpu);
  return [...effectsOfTimer(debuggee, cpu, instruction), ...effectsOfStore(debuggee, cpu, instruction)];
}

/** What comes of the call of the firmware that a CPU's registers make. */
export function effectsOfCallBy(debuggee: Debuggee, cpu: CpuState): Effect[] {
  const { sbi } = debuggee.guest;
  if (!sbi) return [];
  return effectsOfCall(sbi, debuggee.registersOf(cpu), cpu.id).flatMap((each) => effectOfCall(debuggee, cpu, each));
}

function effectOfCall(debuggee: Debuggee, caller: CpuState, effect: SbiEffect): Effect[] {
  const on = debuggee.cpus[effect.hart];
  if (!on) return [];
  const to = debuggee.machine.nameOf(on);
  const common = { debuggee, on: [on] };
  switch (effect.kind) {
    case 'software interrupt':
      return [
        {
          ...common,
          kind: 'interrupt',
          effect: 'software interrupt',
          name: 'the software interrupt',
          label: `follow the software interrupt to ${on === caller ? 'itself' : to}`,
        },
      ];
    case 'timer interrupt':
      return [timerOf(debuggee, on)];
    case 'start': {
      const entry = BigInt(effect.address);
      const place = debuggee.describe(on, entry) ?? hex(entry);
      return [{ ...common, kind: 'start', entry, name: 'the start', label: `follow the start of ${to}, at ${place}` }];
    }
    case 'fence': {
      const { on: hart } = debuggee.vcpuOf(on) ?? {};
      // Who calls does its own fence at once, and who has no hart does its one when it gets one.
      if (!hart || on === caller) return [];
      return [{ ...common, kind: 'exit', name: 'the fence', label: `follow the fence to ${to}, into the VMM there` }];
    }
  }
}

function timerOf(debuggee: Debuggee, on: CpuState): Effect {
  const label = 'follow the timer, to its interrupt';
  return { debuggee, on: [on], kind: 'interrupt', effect: 'timer interrupt', name: 'the timer interrupt', label };
}

/** A supervisor that has stimecmp sets its timer itself. */
function effectsOfTimer(debuggee: Debuggee, cpu: CpuState, instruction: Foreseen): Effect[] {
  const isSet = accessedCsr(instruction) === Csr.stimecmp.number && instruction.operation === 'csr-write';
  if (!isSet || cpu.privilege !== Privilege.supervisor || cpu.virtual) return [];
  return cpu.readCsr(Csr.stimecmp.number) === undefined ? [] : [timerOf(debuggee, cpu)];
}

/** A driver tells a virtio device of new buffers (virtio 1.2, 4.2.3.3): the device answers by an interrupt. */
function effectsOfStore(debuggee: Debuggee, cpu: CpuState, { decoded, accesses }: Foreseen): Effect[] {
  const { instruction, fields } = decoded;
  const { board } = debuggee.guest;
  const stored = accesses.find(({ access }) => access === Access.write);
  if (cpu.virtual || !stored || memoryOf(instruction)?.size !== 4) return [];
  const found = cpu.peek(stored.address, Access.write);
  const slot = board.virtio.findIndex(({ base }) => 'gpa' in found && found.gpa === base + Register.queueNotify);
  const transport = board.virtio[slot];
  if (!transport?.backend || !isReady(transport, Number(cpu.x(fields.rs2 ?? 0) & 0xffffffffn))) return [];
  const source = INTERRUPTS.virtioFirst + slot;
  const on = debuggee.cpus.filter(({ id }) => board.plic.reaches(source, id));
  // A driver that asks again and again whether the device is done wants no interrupt.
  if (on.length === 0) return [];
  const { name } = transport.backend.description;
  return [
    {
      debuggee,
      on,
      kind: 'interrupt',
      effect: 'external interrupt',
      device: { transport, source },
      name: `the interrupt of ${name} in slot ${slot}`,
      label: `follow the notification of ${name} in slot ${slot}, to its interrupt`,
    },
  ];
}

const isReady = ({ inUse, failure, queues }: VirtioTransport, queue: number): boolean =>
  inUse && failure === undefined && queues[queue]?.state.ready === true;
