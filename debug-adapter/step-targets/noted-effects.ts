import { CallAnswered } from '../../simulator/firmware/sbi/call';
import type { CpuState } from '../../simulator/hypervisor/cpu';
import type { Caused } from '../../simulator/hypervisor/ledger/causes';
import type { ActiveHandler } from '../../simulator/machine/hosted-software';
import { INTERRUPTS } from '../../simulator/machine/memory-map';
import type { Debuggee, MachineOfGuests } from '../debuggee';
import { isEcall } from '../inspect/exit-text';
import { machineTrap } from '../inspect/trap-csrs';
import { isSynchronous } from '../run/traps';
import type { Effect } from './effect';
import { effectsOfCallBy } from './foreseen-effects';

/** What a handler does to CPUs later, at one of its steps: what it has caused by now, and what a call will that is not answered yet. */
export function effectsOfHandler(machine: MachineOfGuests, handler: ActiveHandler): Effect[] {
  const record = machine.system.hypervisor?.ledger.handling;
  const caller = callerOf(machine, handler);
  const isAnswered = handler.trail.some(({ about }) => about instanceof CallAnswered);
  const foreseen = caller && !isAnswered ? effectsOfCallBy(machine.guestOf(caller), caller) : [];
  const noted = record ? notedEffects(machine, record.number) : [];
  return [...foreseen, ...noted.filter((effect) => !foreseen.some((each) => isSame(each, effect)))];
}

/** Whose call of VMM or firmware a handler answers. */
function callerOf(machine: MachineOfGuests, handler: ActiveHandler): CpuState | undefined {
  const record = machine.system.hypervisor?.ledger.handling;
  if (record) return record.left && record.call ? machine.cpuNamed(record.left) : undefined;
  const isOfFirmware = isSynchronous(handler) && isEcall(handler.hart.csrLow(machineTrap.cause));
  return isOfFirmware ? machine.cpuOn(handler.hart) : undefined;
}

function isSame(one: Effect, other: Effect): boolean {
  const isAlike =
    one.kind === 'interrupt' && other.kind === 'interrupt' ? one.effect === other.effect : one.kind === other.kind;
  return isAlike && one.on[0] === other.on[0];
}

/** What an exit has caused that has not come yet. */
function notedEffects(machine: MachineOfGuests, exit: number): Effect[] {
  const { hypervisor } = machine.system;
  if (!hypervisor) return [];
  const { ledger } = hypervisor;
  const devices = new Set(ledger.askedBy(exit));
  return [
    ...ledger.causes.by(exit).flatMap((caused) => notedEffect(machine, caused)),
    ...machine.guests.flatMap((guest) => devicesOf(guest, devices)),
  ];
}

function notedEffect(machine: MachineOfGuests, { vcpu, effect }: Caused): Effect[] {
  const on = machine.cpuNamed(vcpu);
  if (!on) return [];
  const to = machine.nameOf(on);
  const common = { debuggee: machine.guestOf(on), on: [on] };
  if (effect === 'kick')
    return [{ ...common, kind: 'exit', name: 'the kick', label: `follow the kick to ${to}, into the VMM there` }];
  return [{ ...common, kind: 'interrupt', effect, name: `the ${effect}`, label: `follow the ${effect} to ${to}` }];
}

/** The answers of a guest's devices that have been asked for. */
function devicesOf(debuggee: Debuggee, names: ReadonlySet<string>): Effect[] {
  const { board } = debuggee.guest;
  return board.virtio.flatMap((transport, slot): Effect[] => {
    const source = INTERRUPTS.virtioFirst + slot;
    const on = debuggee.cpus.filter(({ id }) => board.plic.reaches(source, id));
    if (!transport.backend || !names.has(transport.name) || on.length === 0) return [];
    const name = `the interrupt of ${transport.backend.description.name} in slot ${slot}`;
    const device = { transport, source };
    return [{ debuggee, on, kind: 'interrupt', effect: 'external interrupt', device, name, label: `follow ${name}` }];
  });
}
