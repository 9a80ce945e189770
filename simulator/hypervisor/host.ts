import type { InterruptLine } from '../devices/device';
import { SbiFirmware } from '../firmware/firmware';
import { Board, type HartLines } from '../machine/board';
import { machineLines } from '../machine/hart-lines';
import type { Machine } from '../machine/machine';
import { kickVcpu } from './exits/kick';
import type { Vcpu } from './vcpu';

/** The machine below a VMM has the same firmware as a bare one, and devices of its own, which the guest never sees. */
export function installHost(machine: Machine): SbiFirmware {
  const board = new Board({
    name: '',
    clock: machine.clock,
    memory: machine.dma,
    harts: machine.harts.map(machineLines),
    slots: [],
    startTime: 0,
    rom: false,
    clint: true,
    console: () => undefined,
    finish: () => undefined,
  });
  if (!board.clint) throw new RangeError('a machine needs its CLINT');
  machine.attachBoard(board);
  const firmware = new SbiFirmware(machine, board.clint, board.uart);
  machine.host('m', firmware);
  firmware.boot(0, 0);
  return firmware;
}

/** The interrupt wires of a vCPU: one that rises makes it exit, so that the VMM sees it. */
export function virtualLines(vcpu: Vcpu): HartLines {
  const unconnected: InterruptLine = { setLevel: () => undefined };
  return {
    software: unconnected,
    timer: unconnected,
    machineExternal: unconnected,
    supervisorExternal: {
      setLevel: (level) => {
        if (vcpu.setExternal(level) && level) kickVcpu(vcpu);
      },
    },
  };
}
