import {
  type CsrFile,
  CsrSlot,
  csrsApart,
  Environment,
  type Hart,
  type HartState,
  HypervisorStatus,
  Status,
} from '../../../core/index';
import { Csr } from '../../../isa/index';
import { type Narration, step } from '../../../machine/narration';
import { CsrValue, Gva } from '../../../mmu/address';
import { Privilege } from '../../../mmu/index';
import type { Component } from '../../../schema/state/component';
import { componentOf } from '../../../schema/state/component';
import { Vcpu } from '../../vcpu';
import type { Vm } from '../../vm';
import { COMMON_CSRS, World } from '../../world';
import { type VirtualHartState, virtualHartSchema } from './virtual-hart';

const { CBIE, CBCFE, CBZE } = Environment;

/**
 * A vCPU all of whose guest runs in the hardware's U-mode, the kernel too: every privileged instruction, every fault and every interrupt of the
 * hart comes to the VMM. Its CSRs are here, in the same form and with the same legal values as a hart's own.
 */
export abstract class UserModeVcpu extends Vcpu {
  /** CSRs, and what else a hart keeps; its pc is current while a handler runs (the hart's sepc is the guest's pc otherwise). */
  readonly state: HartState;
  readonly csrs: CsrFile;
  readonly world: World;
  /** Its device tree does not name Svpbmt. */
  readonly memoryTypes = false;

  constructor(id: number, vm: Vm) {
    super(id, vm);
    const hart = vm.hartModel;
    const counts = { hartId: id, clock: () => this.time, instructionsRetired: () => this.retired };
    this.csrs = csrsApart({
      ...counts,
      // The virtual hart has no hypervisor extension, its timer is the SBI's, and its tables have three levels: kernels find out what paging
      // there is by what satp takes.
      options: { ...hart.options, hypervisor: false, supervisorTimer: false, paging: 'sv39' },
    });
    this.state = this.csrs.state;
    this.world = new World(hart, counts, COMMON_CSRS);
  }

  /** The root that the hardware is to walk in the guest's present mode, into satp. */
  abstract loadRoot(hart: Hart): Narration;

  /** The guest takes an interrupt where one is pending that it lets through. */
  protected abstract deliverInterrupt(): Narration;

  /** All that a guest kernel must not do itself traps; and sret leads to U-mode, not to VU-mode, where a guest in VS-mode had the hart before. */
  override *load(hart: Hart): Narration {
    yield* super.load(hart);
    hart.setCsrWords(Csr.scounteren.number, 0, 0);
    hart.state.hypervisorStatus &= ~HypervisorStatus.SPV;
  }

  get pc(): Gva {
    return new Gva(this.state.pcLow, this.state.pcHigh);
  }

  setPc({ low, high }: Gva): void {
    this.state.setPc(low, high);
  }

  timeStolen(): void {
    this.timerKeeper?.timers.set();
  }

  /** From the hardware's trap to the VMM's view of the guest: its pc is the hart's sepc. */
  leave(): void {
    const { state } = this.hart;
    this.state.setPc(state.csrLow(CsrSlot.sepc), state.csrHigh(CsrSlot.sepc));
    // The guest uses the hardware's floating-point registers itself: what it has made of their state is its own.
    this.state.status = (this.state.status & ~Status.FS) | (state.status & Status.FS);
  }

  /**
   * Back to the guest: first an interrupt that is deliverable now, then the root of the address space and mode in which the guest goes
   * on, then sret to the hardware's U-mode.
   */
  *enter(hart: Hart): Narration {
    const { state } = this;
    if (!this.requests.isEmpty) yield* this.serveRequests();
    yield* this.deliverInterrupt();
    yield* this.loadRoot(hart);
    const { pc } = this;
    yield step`return to the guest at ${pc}: sret, to U-mode of the hardware`;
    hart.state.setCsr(CsrSlot.sepc, pc.low, pc.high);
    // To the hardware the guest's kernel is a user: what only menvcfg decides for S-mode, senvcfg decides for it too.
    const environment = this.user ? state.csrLow(CsrSlot.senvcfg) : CBIE | CBCFE | CBZE;
    if (hart.state.csrLow(CsrSlot.senvcfg) !== environment) hart.setCsrWords(Csr.senvcfg.number, environment, 0);
    // The guest runs in U-mode, whatever its virtual privilege; MXR is resolved in the tables.
    const replaced = Status.SPP | Status.SUM | Status.MXR | Status.FS;
    hart.state.status = (hart.state.status & ~replaced) | (state.status & Status.FS);
    hart.returnFromTrap('sret');
  }

  /** The virtual CSR of a number. */
  csrValue(number: number): CsrValue {
    const { csrs } = this;
    csrs.find(number)?.read(csrs);
    return new CsrValue(number, csrs.low, csrs.high);
  }

  setCsr(number: number, low: number): void {
    this.csrs.find(number)?.write?.(this.csrs, low, 0);
  }

  /** Its virtual registers as a component. */
  protected get virtualHart(): Component {
    return componentOf(virtualHartSchema, {
      state: () => {
        const { privilege, lines, cycleOffset, instretOffset, saved } = this.state;
        if (privilege === Privilege.machine) throw new RangeError(`the guest of vCPU ${this.id} is in M-mode`);
        return { ...saved, privilege, lines, cycleOffset, instretOffset };
      },
      restore: (saved) => this.restoreVirtual(saved),
    });
  }

  private restoreVirtual(saved: VirtualHartState): void {
    const { state } = this;
    state.takeUp(saved);
    state.privilege = saved.privilege;
    state.lines = saved.lines;
    state.cycleOffset = saved.cycleOffset;
    state.instretOffset = saved.instretOffset;
  }
}
