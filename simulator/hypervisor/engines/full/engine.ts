import { type Hart, type HartOptions, highWord, lowWord } from '../../../core/index';
import type { FinisherRequest } from '../../../devices/finisher';
import type { VirtioBackend } from '../../../devices/virtio/transport';
import { Csr, RegisterNumber, SUPERVISOR_INTERRUPTS } from '../../../isa/index';
import { Board } from '../../../machine/board';
import { Machine } from '../../../machine/machine';
import { FIRMWARE_MEMORY, MEMORY_MAP } from '../../../machine/memory-map';
import { runThrough } from '../../../machine/narration';
import { deprivilegedProcessor } from '../../../machine/processor';
import { FRAME, Gpa, Hpa, SUPERPAGE } from '../../../mmu/address';
import type { Guest, GuestCpu } from '../../guest';
import { installHost, virtualLines } from '../../host';
import { FramePool } from '../../memory/frame-pool';
import { P2m } from '../../memory/p2m';
import { VmSbiHost } from '../../sbi-host';
import { VirtualMachine } from '../../virtual-machine';
import { virtualFeatures } from './features';
import type { FullVm } from './full-vm';
import { ShadowSpaces } from './shadow-spaces';
import { DeprivilegedVcpu } from './vcpu';
import { VirtualCpu } from './virtual-cpu';
import { TrapAndEmulateVmm } from './vmm';
import { enterGuest } from './world-switch';

/** The VMM's own memory for shadow tables, in bytes for each vCPU. */
const SHADOW_POOL = 8 * 1024 * 1024;

export interface FullEngineConfiguration {
  readonly harts: number;
  /** Guest RAM in bytes, a multiple of 2 MiB. */
  readonly memory: number;
  /** What is behind the virtio slots of the guest's board. */
  readonly slots: readonly VirtioBackend[];
  /** The date at reset, in seconds since 1970. */
  readonly startTime: number;
  readonly onIllegal: 'trap' | 'kill';
  readonly console: (byte: number) => void;
  readonly finish: (machine: Machine, request: FinisherRequest) => void;
  readonly inputOpen: () => boolean;
  readonly options: Partial<HartOptions> | undefined;
  readonly translation: boolean | undefined;
}

/** Full virtualization of an unmodified guest on hardware without the H extension: ring deprivileging and shadow page tables. */
export class FullEngine implements Guest {
  readonly machine: Machine;
  readonly vm: FullVm;
  /** The shadow memory of each vCPU. */
  readonly pools: readonly FramePool[];
  readonly board: Board;
  readonly cpus: readonly GuestCpu[];
  readonly ram: { readonly base: number; readonly size: number };
  readonly processor = deprivilegedProcessor();

  constructor(configuration: FullEngineConfiguration) {
    const { harts, memory, options, translation } = configuration;
    const pool = SHADOW_POOL * harts;
    // Machine memory: the firmware's, the VMM's pool, then the frames of the VM.
    const poolBase = FIRMWARE_MEMORY.base + SUPERPAGE;
    const guestBase = poolBase + pool;
    this.machine = new Machine({
      harts,
      options,
      translation,
      ram: { base: FIRMWARE_MEMORY.base, size: guestBase + memory - FIRMWARE_MEMORY.base },
    });
    const { ram } = this.machine.core;
    const clear = (hpa: number): void => ram.fill(hpa, FRAME, 0);
    const firmware = installHost(this.machine);
    const p2m = new P2m(new Gpa(MEMORY_MAP.ram.base), memory, new Hpa(guestBase));
    this.pools = this.machine.harts.map(
      (hart) => new FramePool(poolBase + hart.id * SHADOW_POOL, SHADOW_POOL / FRAME, clear),
    );
    this.vm = new VirtualMachine(this.machine, p2m, configuration.onIllegal);
    const services = {
      setTimer: (hart: number, deadline: number) => firmware.setTimer(hart, deadline),
      enter: (vcpu: DeprivilegedVcpu) => runThrough(enterGuest(this.vm, vcpu)),
    };
    for (const [index, hart] of this.machine.harts.entries()) {
      const spaces = new ShadowSpaces(
        ram,
        this.pools[index] as FramePool,
        hart.tlb,
        this.vm.ledger,
        hart.options.asidBits,
      );
      this.vm.vcpus.push(new DeprivilegedVcpu(hart.id, hart, spaces, this.machine, services));
    }
    this.board = new Board({
      name: 'vm',
      clock: this.machine.clock,
      memory: this.vm.dma,
      harts: this.vm.vcpus.map(virtualLines),
      slots: configuration.slots,
      startTime: configuration.startTime,
      rom: false,
      clint: false,
      console: configuration.console,
      finish: (request) => configuration.finish(this.machine, request),
    });
    this.vm.board = this.board;
    this.cpus = this.vm.vcpus.map((vcpu) => new VirtualCpu(this.vm, vcpu));
    this.ram = { base: MEMORY_MAP.ram.base, size: memory };
    const sbi = new VmSbiHost(this.vm, this.board.uart, virtualFeatures(this.vm));
    this.machine.host('s', new TrapAndEmulateVmm(this.vm, sbi));
    this.machine.setPolicy({
      wakes: (hart) => this.vm.vcpus[hart.id]?.interruptAwaits ?? false,
      inputOpen: configuration.inputOpen,
    });
  }

  /** Enters the guest: virtual S-mode at `entry` on vCPU 0, a0 = hart id, a1 = the device tree. The others wait for hart_start. */
  boot(entry: bigint, deviceTree: number): void {
    for (const vcpu of this.vm.vcpus) {
      deprivilege(vcpu.hart);
      if (vcpu.id > 0) {
        this.machine.scheduler.stop(vcpu.hart);
        continue;
      }
      vcpu.hart.setX(RegisterNumber.a0, 0n);
      vcpu.hart.setX(RegisterNumber.a1, BigInt(deviceTree));
      vcpu.state.setPc(lowWord(entry), highWord(entry));
      vcpu.resume();
    }
  }

  toHost(gpa: number): number | undefined {
    return this.vm.p2m.toHost(gpa);
  }

  toGuest(hpa: number): number | undefined {
    return this.vm.p2m.toGuest(hpa);
  }
}

/** What the VMM arranges so that all that a guest kernel must not do itself traps: see DESIGN's rules for deprivileged guests. */
function deprivilege(hart: Hart): void {
  hart.setCsrWords(Csr.scounteren.number, 0, 0);
  hart.setCsrWords(Csr.sie.number, SUPERVISOR_INTERRUPTS, 0);
}
