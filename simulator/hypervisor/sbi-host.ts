import { highWord, lowWord } from '../core/index';
import type { Uart } from '../devices/uart';
import { sbiExtensions } from '../firmware/sbi/call';
import { SbiConsole } from '../firmware/sbi/console';
import { Feature, type FeatureSwitches, FirmwareFeatures } from '../firmware/sbi/features';
import { addressesOf, type FenceRange, HartStatus, type SbiHost } from '../firmware/sbi/interface';
import { ExceptionCode, InterruptBit, RegisterNumber } from '../isa/index';
import { runThrough } from '../machine/narration';
import type { Gva } from '../mmu/address';
import { Access } from '../mmu/index';
import { inject } from './exits/inject';
import { kickVcpu } from './exits/kick';
import { GuestTablesAsHardware, translateGuest } from './memory/guest-walk';
import type { Vcpu } from './vcpu';
import type { VirtualMachine } from './virtual-machine';

const SSIP = InterruptBit.supervisorSoftware;

/** What the VMM does for the SBI calls of its guest: each call acts on vCPUs and on guest-physical memory. */
export class VmSbiHost implements SbiHost {
  readonly extensions = sbiExtensions;
  private readonly suspended = new Set<number>();

  readonly console: SbiConsole;
  readonly features: FirmwareFeatures;

  constructor(
    private readonly vm: VirtualMachine,
    uart: Uart,
    switches: FeatureSwitches,
  ) {
    this.features = new FirmwareFeatures(vm.vcpus.length, switches);
    this.console = new SbiConsole(uart, vm.machine.clock);
  }

  state() {
    const { console, features } = this;
    return { suspended: [...this.suspended].sort(), console: console.state(), features: features.state() };
  }

  restore({ suspended, console, features }: ReturnType<VmSbiHost['state']>): void {
    this.console.restore(console);
    this.features.restore(features);
    this.suspended.clear();
    for (const id of suspended) this.suspended.add(id);
  }

  get harts(): number {
    return this.vm.vcpus.length;
  }

  setTimer(id: number, deadline: number): void {
    this.vcpu(id).setTimer(deadline);
  }

  sendSoftwareInterrupt(id: number): void {
    const vcpu = this.vcpu(id);
    vcpu.setPending(SSIP, true);
    kickVcpu(vcpu);
  }

  clearSoftwareInterrupt(id: number): void {
    this.vcpu(id).setPending(SSIP, false);
  }

  fenceInstructions(): void {
    // Fetches see stores at once in this machine.
  }

  fenceAddresses(id: number, range: FenceRange, asid: number | undefined): void {
    const vcpu = this.vcpu(id);
    if (range === 'all') {
      vcpu.fenceAll(asid);
      return;
    }
    for (const address of addressesOf(range)) vcpu.fenceAddress(lowWord(address), highWord(address), asid);
  }

  status(id: number): number {
    const { hart } = this.vcpu(id);
    const { scheduler } = this.vm.machine;
    if (scheduler.lifecycle(hart) === 'stopped') return HartStatus.stopped;
    return this.suspended.has(id) && scheduler.isWaiting(hart) ? HartStatus.suspended : HartStatus.started;
  }

  startHart(id: number, address: number, opaque: bigint): void {
    const vcpu = this.vcpu(id);
    this.vm.machine.scheduler.start(vcpu.hart);
    this.features.reset(id);
    this.enterSupervisor(vcpu, address, opaque);
    vcpu.resume();
  }

  stopHart(id: number): void {
    this.vm.machine.scheduler.stop(this.vcpu(id).hart);
  }

  suspendHart(id: number, resume: { readonly address: number; readonly opaque: bigint } | undefined): void {
    const vcpu = this.vcpu(id);
    if (resume) this.enterSupervisor(vcpu, resume.address, resume.opaque);
    this.suspended.add(id);
    this.vm.machine.scheduler.wait(vcpu.hart);
  }

  powerOff(code: number): void {
    this.vm.machine.finish({ reason: 'power-off', code });
  }

  reset(): void {
    this.vm.machine.finish({ reason: 'reset' });
  }

  mayExecute(address: number): boolean {
    return this.vm.guestRam(address) !== undefined;
  }

  readMemory(address: number, length: number): Uint8Array | undefined {
    return this.vm.read(address, length);
  }

  writeMemory(address: number, bytes: Uint8Array): boolean {
    return this.vm.write(address, bytes);
  }

  readCallersWord(id: number, address: Gva): bigint | undefined {
    const vcpu = this.vcpu(id);
    const tables = new GuestTablesAsHardware(this.vm);
    let word = 0n;
    for (let i = 0n; i < 8n; i++) {
      const at = BigInt.asUintN(64, address.value + i);
      const translation = translateGuest(vcpu, tables, lowWord(at), highWord(at), Access.read);
      const byte = 'fault' in translation ? undefined : this.vm.read(translation.gpa, 1);
      if (!byte) {
        const cause = 'fault' in translation ? translation.fault : ExceptionCode.loadAccessFault;
        runThrough(inject(this.vm, vcpu, cause, false, lowWord(at), highWord(at)));
        return undefined;
      }
      word |= BigInt(byte[0] ?? 0) << (8n * i);
    }
    return word;
  }

  /** Whether traps of misaligned accesses are the guest's own affair; else the VMM does the accesses. */
  delegatesMisaligned({ id }: Vcpu): boolean {
    return this.features.find(Feature.misalignedDelegation)?.isOn(id) ?? true;
  }

  /** Virtual S-mode at `address`, paging and interrupts off, a0 = hart id, a1 = `opaque` (SBI 3.0, section 9.1). */
  private enterSupervisor(vcpu: Vcpu, address: number, opaque: bigint): void {
    vcpu.enterSupervisor();
    vcpu.hart.setX(RegisterNumber.a0, BigInt(vcpu.id));
    vcpu.hart.setX(RegisterNumber.a1, opaque);
    vcpu.setPc(address | 0, Math.floor(address / 2 ** 32));
  }

  private vcpu(id: number): Vcpu {
    const vcpu = this.vm.vcpus[id];
    if (!vcpu) throw new RangeError(`vCPU ${id} is not of this VM`);
    return vcpu;
  }
}
