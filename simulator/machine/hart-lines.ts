import type { Hart } from '../core/index';
import type { InterruptLine } from '../devices/device';
import { InterruptCode } from '../isa/index';
import type { HartLines } from './board';
import type { Machine } from './machine';

/** The interrupt wires of a hart, for the devices that drive them. */
export function machineLines({ core, scheduler }: Machine, hart: Hart): HartLines {
  const wire = (code: number): InterruptLine => ({
    setLevel: (level) => {
      hart.setInterruptPending(code, level);
      if (!level || !scheduler.isWaiting(hart)) return;
      // It is woken at this instant, whatever is left of the part of who drives the wire.
      scheduler.alert(hart);
      core.requestExit();
    },
  });
  return {
    software: wire(InterruptCode.machineSoftware),
    timer: wire(InterruptCode.machineTimer),
    machineExternal: wire(InterruptCode.machineExternal),
    supervisorExternal: wire(InterruptCode.supervisorExternal),
  };
}
