import type { Registers } from '../../simulator/core/index';
import type { CpuState } from '../../simulator/hypervisor/cpu';
import { fieldValue } from '../../simulator/isa/index';
import type { Debuggee } from '../debuggee';
import { hex } from '../format';
import { ValueView } from '../inspect/values/values';
import { hasRegisteredTables, usesHypervisor } from '../inspect/worlds';
import type { ControlRegister, ControlState } from '../protocol';
import { type ControlField, deprivilegedHost, hardwareControls, virtualControls } from './control-fields';

/** What keeps and controls a virtual CPU: what a VMCS is on other processors. */
export function controlState(debuggee: Debuggee, cpu: CpuState): ControlState {
  const vcpu = debuggee.vcpuOf(cpu);
  const name = debuggee.machine.nameOf(cpu);
  const facts = vcpu?.facts() ?? [];
  const records = facts.map(({ name: what, value }) => ({ name: what, value }));
  const show = new ValueView(debuggee, cpu);
  if (vcpu && debuggee.vm?.engine.translation === 'shadow') {
    const kept = `${name} has no control structure: it runs in U-mode, and what it believes to be its registers are records of the VMM’s.`;
    const virtual = shown(show, virtualControls, 'VMM', (csr) => cpu.readCsr(csr));
    const own = ofRegisters(show, deprivilegedHost, debuggee, cpu);
    return { name, kept, registers: [...virtual, ...own], records };
  }
  if (vcpu && hasRegisteredTables(debuggee)) {
    const kept = `${name} has no control structure: kernel and programs run in U-mode, and what S-mode has in registers they have in words of the page that they share with the VMM.`;
    return { name, kept, registers: ofRegisters(show, deprivilegedHost, debuggee, cpu), records };
  }
  if (!vcpu && !debuggee.hartOf(cpu).options.hypervisor)
    return { name, kept: `${name} has no H extension: there is no control state of guests.`, registers: [], records };
  const isUsed = vcpu !== undefined || usesHypervisor(debuggee, cpu);
  const kept = !isUsed
    ? `Nobody uses the H extension of ${name} so far: these are the registers that a hypervisor would.`
    : isInHart(debuggee, cpu)
      ? `The control structure of ${name} is the hart itself: registers of the H extension.`
      : `No hart has ${name}: its control structure is saved, and comes into a hart’s registers with it.`;
  return { name, kept, registers: ofRegisters(show, hardwareControls, debuggee, cpu), records };
}

/** Whether the registers are a hart's at the moment. */
function isInHart(debuggee: Debuggee, cpu: CpuState): boolean {
  const vcpu = debuggee.vcpuOf(cpu);
  return !vcpu || vcpu.on !== undefined;
}

function ofRegisters(
  show: ValueView,
  fields: readonly ControlField[],
  debuggee: Debuggee,
  cpu: CpuState,
): ControlRegister[] {
  const registers: Registers = debuggee.registersOf(cpu);
  const place = isInHart(debuggee, cpu) ? 'hart' : 'saved';
  return shown(show, fields, place, (csr) => (registers.csrs.find(csr) ? registers.csr(csr) : undefined));
}

function shown(
  show: ValueView,
  fields: readonly ControlField[],
  place: ControlRegister['place'],
  read: (csr: number) => bigint | undefined,
): ControlRegister[] {
  return fields.flatMap(({ csr, group, vmcs, vmcb }): ControlRegister[] => {
    const value = read(csr.number);
    if (value === undefined) return [];
    return [
      {
        group,
        name: csr.name,
        place,
        summary: csr.summary,
        value: hex(value),
        text: show.csr(csr, value),
        fields: csr.fields.map((field) => {
          const part = fieldValue(field, value);
          const named = field.values?.[Number(part)];
          return {
            name: field.name,
            bits: field.high === field.low ? `${field.low}` : `${field.high}:${field.low}`,
            value: `${part < 10n ? part : hex(part)}${named === undefined ? '' : ` (${named})`}`,
            summary: field.summary,
          };
        }),
        vmcs,
        vmcb,
      },
    ];
  });
}
