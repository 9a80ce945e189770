import { SbiFirmware } from '../firmware/firmware';
import type { CpuState } from '../hypervisor/cpu';
import type { Guest } from '../hypervisor/guest';
import { Board } from '../machine/board';
import { machineLines } from '../machine/hart-lines';
import type { Machine } from '../machine/machine';
import { bareProcessor } from '../machine/processor';
import { BareCpu } from './bare-machine';

/**
 * The machine below a VMM, as that has it: its harts, with the same firmware as a bare machine's, and devices that no guest ever sees. To
 * look at: what a handler works with is nobody's to write but the VMM's.
 */
export class HostMachine implements Guest {
  readonly board: Board;
  readonly cpus: readonly CpuState[];
  readonly ram: { readonly base: number; readonly size: number };
  readonly firmware: SbiFirmware;
  /** It has no guest that would call it. */
  readonly sbi = undefined;

  constructor(private readonly machine: Machine) {
    this.ram = machine.configuration.ram;
    this.board = new Board({
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
    if (!this.board.clint) throw new RangeError('a machine needs its CLINT');
    machine.attachBoard(this.board);
    this.firmware = new SbiFirmware(machine, this.board.clint, this.board.uart);
    this.firmware.boot({ address: 0, opaque: 0n });
    this.cpus = machine.harts.map((hart) => new BareCpu(machine, hart, true));
  }

  get clock() {
    return this.machine.clock;
  }

  get processor() {
    return bareProcessor(this.machine.core.harts[0]?.options);
  }

  toHost(hpa: number): number | undefined {
    return this.machine.core.ram.contains(hpa, 1) ? hpa : undefined;
  }

  /** None of it is a guest's that could write there. */
  toGuest(): undefined {
    return undefined;
  }

  peek(hpa: number, length: number): Uint8Array | undefined {
    const { ram } = this.machine.core;
    return ram.contains(hpa, length) ? ram.read(hpa, length) : undefined;
  }

  /** It is nobody's to write but the VMM's. */
  place(): boolean {
    return false;
  }

  hold(hpa: number): number | undefined {
    return this.toHost(hpa);
  }
}
