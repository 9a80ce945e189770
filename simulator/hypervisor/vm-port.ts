import type { DeviceClock } from '../devices/device';
import type { Uart } from '../devices/uart';
import {
  addressesOf,
  type CallersByte,
  type EntryPoint,
  type FenceRange,
  type FirmwarePort,
  type HartActivity,
  type StealTimeReports,
} from '../firmware/port';
import { Feature, type FeatureSwitches } from '../firmware/sbi/features';
import { ExceptionCode, InterruptBit, RegisterNumber } from '../isa/index';
import { runThrough } from '../machine/narration';
import { exception } from '../machine/trap';
import { Gva } from '../mmu/address';
import { Access } from '../mmu/index';
import { inject } from './exits/inject';
import type { Lack } from './memory/host-memory';
import { type Outcome, RESUME } from './runnable';
import type { Vcpu } from './vcpu';
import type { Vm } from './vm';

const SSIP = InterruptBit.supervisorSoftware;

/** A VM below its SBI firmware, which is the VMM: calls act on vCPUs and on guest-physical memory. */
export class VmPort implements FirmwarePort, StealTimeReports {
  /** A guest's vCPUs have no H extension. */
  readonly guestFences = undefined;
  /** What becomes of the caller, where its call decides that. */
  private decided: Outcome = RESUME;
  /** Why what the call was to write has found no memory. */
  private lack: Lack | undefined;

  constructor(
    private readonly vm: Vm,
    readonly features: FeatureSwitches,
  ) {}

  /** What becomes of the caller of the call that has just been answered. */
  outcome(): Outcome {
    const { decided } = this;
    this.decided = RESUME;
    return decided;
  }

  /** The call that is being answered decides what becomes of its caller. */
  decide(outcome: Outcome): void {
    this.decided = outcome;
  }

  /** The call that is being answered is to be made again, since there is no memory for it. */
  lacks(lack: Lack): void {
    this.lack = lack;
  }

  /** Why the call that is to be made again could not be answered. @throws RangeError where it could */
  get lackOfMemory(): Lack {
    if (!this.lack) throw new RangeError('the call lacks no memory');
    return this.lack;
  }

  get uart(): Uart {
    return this.vm.board.uart;
  }

  get clock(): DeviceClock {
    return this.vm.clock;
  }

  get harts(): number {
    return this.vm.vcpus.length;
  }

  get stealTime(): StealTimeReports | undefined {
    return this.vm.reportsStealTime ? this : undefined;
  }

  report(id: number, address: number | undefined): void {
    this.vcpu(id).tellOfStealTime(address);
  }

  setTimer(id: number, deadline: number): void {
    const vcpu = this.vcpu(id);
    vcpu.setTimer(deadline);
    // When it comes, whoever has set it will have caused that.
    this.vm.ledger.caused(vcpu.name, 'timer interrupt');
  }

  sendSoftwareInterrupt(id: number): void {
    const vcpu = this.vcpu(id);
    vcpu.setPending(SSIP, true);
    this.vm.ledger.caused(vcpu.name, 'software interrupt');
    this.vm.host.kick(vcpu, 'ipi');
  }

  clearSoftwareInterrupt(id: number): void {
    this.vcpu(id).setPending(SSIP, false);
  }

  fence(id: number, range: FenceRange, asid: number | undefined): void {
    this.vcpu(id).fence({ pages: range === 'all' ? range : addressesOf(range), asid: asid ?? null });
  }

  activity(id: number): HartActivity {
    const { run } = this.vcpu(id);
    return run === 'off' ? 'stopped' : run === 'blocked' ? 'waiting' : 'running';
  }

  retired(id: number): number {
    return this.vcpu(id).cpu.retired;
  }

  start(id: number, entry: EntryPoint): void {
    const vcpu = this.vcpu(id);
    this.enterSupervisor(vcpu, entry);
    this.vm.host.wake(vcpu, 'start');
  }

  /** Only a caller stops itself. */
  stop(): void {
    this.decided = { kind: 'off' };
  }

  /** Only a caller suspends itself. */
  suspend(id: number, resume: EntryPoint | undefined): void {
    if (resume) this.enterSupervisor(this.vcpu(id), resume);
    this.decided = { kind: 'wait', wait: { kind: 'wfi' } };
  }

  powerOff(code: number): void {
    this.decided = { kind: 'end', end: { reason: 'power-off', code } };
  }

  reset(): void {
    this.decided = { kind: 'end', end: { reason: 'reset' } };
  }

  isCallersMemory(address: number, length: number): boolean {
    return this.vm.memory.contains(address, length);
  }

  prepareMemory(address: number, length: number): boolean {
    const lack = this.vm.memory.populate(address, length);
    this.lack = lack;
    return lack === undefined;
  }

  readMemory(address: number, length: number): Uint8Array {
    return this.vm.memory.read(address, length) ?? new Uint8Array(length);
  }

  writeMemory(address: number, bytes: Uint8Array): void {
    this.vm.memory.write(address, bytes);
  }

  readCallersByte(id: number, address: Gva): CallersByte {
    const found = this.vcpu(id).walk(address, Access.read, 'as hardware');
    if ('fault' in found) return found;
    const [byte] = this.vm.memory.read(found.gpa, 1) ?? [];
    return byte === undefined ? { fault: ExceptionCode.loadAccessFault } : { byte };
  }

  giveFault(id: number, cause: number, address: Gva): void {
    this.decided = runThrough(inject(this.vcpu(id), exception(cause, address.value)));
  }

  /** Whether traps of misaligned accesses are the guest's own affair; else the VMM does the accesses. */
  delegatesMisaligned({ id }: Vcpu): boolean {
    return this.features[Feature.misalignedDelegation]?.isOn(id) ?? true;
  }

  private enterSupervisor(vcpu: Vcpu, { address, opaque }: EntryPoint): void {
    vcpu.enterSupervisor();
    vcpu.cpu.setX(RegisterNumber.a0, BigInt(vcpu.id));
    vcpu.cpu.setX(RegisterNumber.a1, opaque);
    vcpu.setPc(Gva.of(BigInt(address)));
  }

  private vcpu(id: number): Vcpu {
    const vcpu = this.vm.vcpus[id];
    if (!vcpu) throw new RangeError(`vCPU ${id} is not of this VM`);
    return vcpu;
  }
}
