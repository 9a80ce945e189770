import { SbiFirmware } from '../firmware/firmware';
import type { VmmTime } from '../hypervisor/dispatcher';
import { Hypervisor } from '../hypervisor/hypervisor';
import { PinnedScheduler } from '../hypervisor/scheduler/pinned';
import type { Vm, VmConfiguration } from '../hypervisor/vm';
import { Board } from '../machine/board';
import { machineLines } from '../machine/hart-lines';
import type { Machine } from '../machine/machine';

/** A machine whose S-mode is a hypervisor's, with one VM. */
export interface VirtualMachine {
  readonly hypervisor: Hypervisor;
  readonly vm: Vm;
}

/** The machine below a VMM has the same firmware as a bare one, and devices of its own, which the guest never sees. */
export function virtualMachine(machine: Machine, configuration: VmConfiguration, time: VmmTime): VirtualMachine {
  const board = new Board({
    name: '',
    clock: machine.clock,
    memory: machine.dma,
    harts: machine.harts.map((hart) => machineLines(machine, hart)),
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
  firmware.boot({ address: 0, opaque: 0n });
  const hypervisor = new Hypervisor(machine, firmware, {
    vmmTime: time,
    scheduler: (harts) => new PinnedScheduler(harts),
  });
  return { hypervisor, vm: hypervisor.createVm(configuration) };
}
