import {
  Environment,
  EnvironmentHigh,
  type Hart,
  type HartOptions,
  HypervisorStatus,
  Status,
} from '../../../core/index';
import type { FinisherRequest } from '../../../devices/finisher';
import type { VirtioBackend } from '../../../devices/virtio/transport';
import { hartFeatures } from '../../../firmware/hart-features';
import { Feature } from '../../../firmware/sbi/features';
import { Csr, ExceptionCode, RegisterNumber, SUPERVISOR_INTERRUPTS, VIRTUAL_INTERRUPTS } from '../../../isa/index';
import { Board } from '../../../machine/board';
import { Machine } from '../../../machine/machine';
import { FIRMWARE_MEMORY, MEMORY_MAP } from '../../../machine/memory-map';
import { runThrough } from '../../../machine/narration';
import { virtualizedProcessor } from '../../../machine/processor';
import { FRAME, Gpa, Hpa, SUPERPAGE } from '../../../mmu/address';
import type { Guest, GuestCpu } from '../../guest';
import { installHost, virtualLines } from '../../host';
import { FramePool } from '../../memory/frame-pool';
import { P2m } from '../../memory/p2m';
import { VmSbiHost } from '../../sbi-host';
import { HardwareCpu } from './hardware-cpu';
import { HardwareVm } from './hardware-vm';
import { framesFor, ROOT_FRAMES, SecondStage } from './second-stage';
import { HardwareVcpu } from './vcpu';
import { HardwareVmm } from './vmm';
import { enterGuest } from './world-switch';

const MODE_SV39X4 = 8;
const VMID_SHIFT = 12;
const ALL_ONES = -1;

const bits = (...codes: number[]): number => codes.reduce((mask, code) => mask | (1 << code), 0);

/** What is the guest's own affair, as KVM for RISC-V delegates it. */
const DELEGATED_EXCEPTIONS = bits(
  ExceptionCode.instructionMisaligned,
  ExceptionCode.illegalInstruction,
  ExceptionCode.breakpoint,
  ExceptionCode.loadMisaligned,
  ExceptionCode.storeMisaligned,
  ExceptionCode.userEcall,
  ExceptionCode.instructionPageFault,
  ExceptionCode.loadPageFault,
  ExceptionCode.storePageFault,
);

export interface HardwareEngineConfiguration {
  readonly harts: number;
  /** Guest RAM in bytes, a multiple of 2 MiB. */
  readonly memory: number;
  /** What is behind the virtio slots of the guest's board. */
  readonly slots: readonly VirtioBackend[];
  /** The date at reset, in seconds since 1970. */
  readonly startTime: number;
  readonly onIllegal: 'trap' | 'kill';
  /** Whether the guest's translations carry a VMID; else they are forgotten at each entry into the guest. */
  readonly vmids: boolean;
  readonly console: (byte: number) => void;
  readonly finish: (machine: Machine, request: FinisherRequest) => void;
  readonly inputOpen: () => boolean;
  readonly options: Partial<HartOptions> | undefined;
  readonly translation: boolean | undefined;
}

/** Hardware-assisted virtualization by the H extension: the guest in VS-mode, its physical addresses translated by a second stage. */
export class HardwareEngine implements Guest {
  readonly machine: Machine;
  readonly vm: HardwareVm;
  readonly board: Board;
  readonly cpus: readonly GuestCpu[];
  readonly ram: { readonly base: number; readonly size: number };
  /** The VMM's own memory for tables, beside the root. */
  readonly pool: FramePool;

  constructor(configuration: HardwareEngineConfiguration) {
    const { harts, memory, options, translation } = configuration;
    // Machine memory: the firmware's, the root table, the pool for the tables below it, then the frames of the VM.
    const root = FIRMWARE_MEMORY.base + SUPERPAGE;
    const poolBase = root + ROOT_FRAMES * FRAME;
    const poolFrames = framesFor(memory);
    const guestBase = Math.ceil((poolBase + poolFrames * FRAME) / SUPERPAGE) * SUPERPAGE;
    this.machine = new Machine({
      harts,
      options,
      translation,
      ram: { base: FIRMWARE_MEMORY.base, size: guestBase + memory - FIRMWARE_MEMORY.base },
    });
    const { ram } = this.machine.core;
    const firmware = installHost(this.machine);
    // What the firmware has turned on for the VMM, the VMM can turn on for its guest.
    for (const { id } of this.machine.harts) firmware.features.find(Feature.tableUpdates)?.turn(id, true);
    const p2m = new P2m(new Gpa(MEMORY_MAP.ram.base), memory, new Hpa(guestBase));
    this.pool = new FramePool(poolBase, poolFrames, (hpa) => ram.fill(hpa, FRAME, 0));
    const stage = new SecondStage(ram, this.pool, root);
    this.vm = new HardwareVm(this.machine, p2m, configuration.onIllegal, stage, configuration.vmids ? 1 : undefined);
    const services = {
      setTimer: (hart: number, deadline: number) => firmware.setTimer(hart, deadline),
      enter: (vcpu: HardwareVcpu) => runThrough(enterGuest(this.vm, vcpu)),
    };
    for (const hart of this.machine.harts) this.vm.vcpus.push(new HardwareVcpu(hart.id, hart, services));
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
    this.cpus = this.vm.vcpus.map((vcpu) => new HardwareCpu(this.vm, vcpu));
    this.ram = { base: MEMORY_MAP.ram.base, size: memory };
    const guestFeatures = hartFeatures(this.machine.harts, {
      delegation: Csr.hedeleg.number,
      environment: Csr.henvcfg.number,
    });
    this.machine.host('s', new HardwareVmm(this.vm, new VmSbiHost(this.vm, this.board.uart, guestFeatures)));
    this.machine.setPolicy({
      wakes: (hart) => this.vm.vcpus[hart.id]?.interruptAwaits ?? false,
      inputOpen: configuration.inputOpen,
    });
  }

  get processor() {
    return virtualizedProcessor(this.machine.core.harts[0]?.options);
  }

  /** Enters the guest: VS-mode at `entry` on vCPU 0, a0 = hart id, a1 = the device tree. The others wait for hart_start. */
  boot(entry: bigint, deviceTree: number): void {
    for (const vcpu of this.vm.vcpus) {
      prepareHart(vcpu.hart, this.vm);
      if (vcpu.id > 0) {
        this.machine.scheduler.stop(vcpu.hart);
        continue;
      }
      vcpu.hart.setX(RegisterNumber.a0, 0n);
      vcpu.hart.setX(RegisterNumber.a1, BigInt(deviceTree));
      vcpu.enterSupervisor();
      vcpu.hart.setCsr(Csr.sepc.number, entry);
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

/** What a hypervisor sets once for the guest of a hart. */
function prepareHart(hart: Hart, vm: HardwareVm): void {
  hart.setCsrWords(Csr.hedeleg.number, DELEGATED_EXCEPTIONS, 0);
  hart.setCsrWords(Csr.hideleg.number, VIRTUAL_INTERRUPTS, 0);
  hart.setCsrWords(Csr.hcounteren.number, ALL_ONES, 0);
  const { CBIE, CBCFE, CBZE } = Environment;
  hart.setCsrWords(Csr.henvcfg.number, CBIE | CBCFE | CBZE, EnvironmentHigh.PBMTE | EnvironmentHigh.STCE);
  hart.setCsrWords(Csr.vstimecmp.number, ALL_ONES, ALL_ONES);
  // A guest that waits gives the hart back; what it does with its own paging is its own affair.
  hart.state.hypervisorStatus |= HypervisorStatus.VTW | HypervisorStatus.SPV | HypervisorStatus.SPVP;
  hart.state.status |= Status.FS;
  hart.setCsrWords(Csr.sie.number, SUPERVISOR_INTERRUPTS, 0);
  const page = vm.stage.root / FRAME;
  const high = (MODE_SV39X4 << 28) | ((vm.vmid ?? 0) << VMID_SHIFT) | Math.floor(page / 2 ** 32);
  hart.setCsrWords(Csr.hgatp.number, page | 0, high);
  hart.fenceGuest();
}
