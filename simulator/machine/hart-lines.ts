import type { Hart } from '../core/index';
import type { InterruptLine } from '../devices/device';
import { InterruptCode } from '../isa/index';
import type { HartLines } from './board';

/** The interrupt wires of a hart, for the devices that drive them. */
export function machineLines(hart: Hart): HartLines {
  const wire = (code: number): InterruptLine => ({ setLevel: (level) => hart.setInterruptPending(code, level) });
  return {
    software: wire(InterruptCode.machineSoftware),
    timer: wire(InterruptCode.machineTimer),
    machineExternal: wire(InterruptCode.machineExternal),
    supervisorExternal: wire(InterruptCode.supervisorExternal),
  };
}
