import { CsrSlot, Environment, pendingInterrupt, Status } from '../../../core/index';
import { Csr, causeOf } from '../../../isa/index';
import { type Narration, step } from '../../../machine/narration';
import { Gva, Hpa } from '../../../mmu/address';
import { inject } from '../../exits/inject';
import type { FullVm } from './full-vm';
import type { DeprivilegedVcpu } from './vcpu';

const MODE_SV39 = 8;
const { CBIE, CBCFE, CBZE } = Environment;

/** From the hardware's trap to the VMM's view of the guest: its pc is the hart's sepc. */
export function leaveGuest(vcpu: DeprivilegedVcpu): void {
  const { hart } = vcpu;
  vcpu.state.setPc(hart.csrLow(Csr.sepc.number), hart.csrHigh(Csr.sepc.number));
  // The guest uses the hardware's floating-point registers itself: what it has made of their state is its own.
  vcpu.state.status = (vcpu.state.status & ~Status.FS) | (hart.state.status & Status.FS);
}

/**
 * Back to the guest: first an interrupt that is deliverable now, then the shadow table of the address space and mode in which the
 * guest goes on, then sret to hardware U-mode.
 */
export function* enterGuest(vm: FullVm, vcpu: DeprivilegedVcpu): Narration {
  const { hart, state } = vcpu;
  const interrupt = pendingInterrupt(state);
  if (interrupt >= 0) {
    const name = causeOf(interrupt, true).name;
    yield step`${name} is pending and enabled in the guest`;
    yield* inject(vm, vcpu, interrupt, true, 0, 0);
  }
  const before = vcpu.spaces.current;
  const view = vcpu.spaces.use(vcpu.guestSpace, vcpu.user, vcpu.sum, vcpu.mxr);
  if (view !== before) {
    const root = new Hpa(view.table.root);
    const asid = vcpu.spaces.hardwareAsid(view);
    yield step`let the hardware walk the shadow table at ${root}: satp = Sv39, ASID ${asid}`;
    const page = root.value / 4096;
    const [low, high] = [page | 0, (MODE_SV39 << 28) | (asid << 12) | Math.floor(page / 2 ** 32)];
    const old = { low: hart.csrLow(Csr.satp.number), high: hart.csrHigh(Csr.satp.number) };
    hart.setCsrWords(Csr.satp.number, low, high);
    vm.ledger.changed({ kind: 'hardware CSR', csr: Csr.satp.number, before: old, after: { low, high } });
    vm.ledger.charge('csrAccess');
  }
  const pc = new Gva(state.pcLow, state.pcHigh);
  yield step`return to the guest at ${pc}: sret, to U-mode of the hardware`;
  hart.setCsrWords(Csr.sepc.number, state.pcLow, state.pcHigh);
  // To the hardware the guest's kernel is a user: what only menvcfg decides for S-mode, senvcfg decides for it too.
  const environment = vcpu.user ? state.csrLow(CsrSlot.senvcfg) : CBIE | CBCFE | CBZE;
  if (hart.state.csrLow(CsrSlot.senvcfg) !== environment) hart.setCsrWords(Csr.senvcfg.number, environment, 0);
  // The guest runs in U-mode, whatever its virtual privilege; MXR is resolved in the shadow tables.
  const replaced = Status.SPP | Status.SUM | Status.MXR | Status.FS;
  hart.state.status = (hart.state.status & ~replaced) | (state.status & Status.FS);
  hart.returnFromTrap('sret');
}
