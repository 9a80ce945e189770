import { highWord, lowWord } from '../../core/index';
import { Gva } from '../../mmu/address';
import { type Component, component, type StateOf, stateSchema } from '../../schema/state/component';
import { count, tableOf, upTo } from '../../schema/state/fields';
import type { EntryPoint, FirmwarePort } from '../port';
import { SbiConsole } from './console';
import { FirmwareFeatures } from './features';

const WORD_BYTES = 8;

/** HSM hart states (SBI 3.0, chapter 9). */
export const HartStatus = { started: 0, stopped: 1, startPending: 2, stopPending: 3, suspended: 4 } as const;

const sbiState = (harts: number) =>
  stateSchema('sbi', 1, {
    /** By hart that asked to be suspended: how much it had retired when it did. It is so as long as it waits and has retired no more. */
    suspended: tableOf(upTo(harts - 1), count, harts),
  });

/** An extension, as far as somebody asks whether it is there. */
interface ProbedExtension {
  readonly id: number;
  readonly name: string;
  readonly isOffered?: (port: FirmwarePort) => boolean;
}

/** The SBI of one set of harts, those of the bare machine or the vCPUs of a VM: what it remembers, and what its calls do. */
export class Sbi {
  readonly console: SbiConsole;
  /** What FWFT sets. */
  readonly features: FirmwareFeatures;
  private readonly suspensions: StateOf<ReturnType<typeof sbiState>> = { suspended: new Map() };
  readonly component: Component;

  /** @param extensions those that there are, for `probe_extension` */
  constructor(
    readonly port: FirmwarePort,
    private readonly extensions: readonly ProbedExtension[],
  ) {
    this.console = new SbiConsole(port.uart, port.clock);
    this.features = new FirmwareFeatures(port.harts, port.features);
    const parts = { console: this.console.component, features: this.features.component };
    this.component = component(sbiState(port.harts), this.suspensions, { parts });
  }

  get harts(): number {
    return this.port.harts;
  }

  /** Whether an extension is there below these harts. */
  offers({ isOffered }: ProbedExtension): boolean {
    return isOffered?.(this.port) ?? true;
  }

  /** The extension of a number; undefined where it is not there. */
  extensionOf(id: number): ProbedExtension | undefined {
    return this.extensions.find((extension) => extension.id === id && this.offers(extension));
  }

  /** The HSM state of a hart. */
  status(hart: number): number {
    const { port } = this;
    const activity = port.activity(hart);
    if (activity === 'stopped') return HartStatus.stopped;
    const isSuspended = activity === 'waiting' && this.suspensions.suspended.get(hart) === port.retired(hart);
    return isSuspended ? HartStatus.suspended : HartStatus.started;
  }

  start(hart: number, entry: EntryPoint): void {
    this.suspensions.suspended.delete(hart);
    this.features.reset(hart);
    // What a hart shares ends with its reset, as KVM's kvm_riscv_vcpu_sbi_sta_reset has it.
    this.port.stealTime?.report(hart, undefined);
    this.port.start(hart, entry);
  }

  /** Waits for an interrupt; then goes on after the call, which counts as retired, or at `resume`. */
  suspend(hart: number, resume: EntryPoint | undefined): void {
    this.port.suspend(hart, resume);
    this.suspensions.suspended.set(hart, this.port.retired(hart) + 1);
  }

  /** Whether a supervisor may begin at this physical address. */
  mayExecute(address: number): boolean {
    return this.port.isCallersMemory(address, 2);
  }

  /** Undefined unless all of it is memory of the caller's. */
  readMemory(address: number, length: number): Uint8Array | undefined {
    return this.port.isCallersMemory(address, length) ? this.port.readMemory(address, length) : undefined;
  }

  /** What is to be written there, of the caller's memory, finds some. @returns false where there is none now */
  prepareMemory(address: number, length: number): boolean {
    return this.port.prepareMemory(address, length);
  }

  /** All of it or, where part is no memory of the caller's, nothing. @returns whether it was written */
  writeMemory(address: number, bytes: Uint8Array): boolean {
    const isCallers = this.port.isCallersMemory(address, bytes.length);
    if (isCallers) this.port.writeMemory(address, bytes);
    return isCallers;
  }

  /**
   * The 64-bit word at the caller's own virtual address, read as the caller would. When that faults, the caller gets the fault
   * as its own and the result is undefined.
   */
  readCallersWord(hart: number, address: Gva): bigint | undefined {
    let word = 0n;
    for (let i = 0; i < WORD_BYTES; i++) {
      const value = BigInt.asUintN(64, address.value + BigInt(i));
      const at = new Gva(lowWord(value), highWord(value));
      const found = this.port.readCallersByte(hart, at);
      if ('fault' in found) {
        this.port.giveFault(hart, found.fault, at);
        return undefined;
      }
      word |= BigInt(found.byte) << BigInt(8 * i);
    }
    return word;
  }
}
