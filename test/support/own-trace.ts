import { FLOAT_REGISTERS } from '../../simulator/core/index';
import type { Vcpu } from '../../simulator/hypervisor/vcpu';
import { Csr } from '../../simulator/isa/index';
import { StateHash } from '../../simulator/machine/state/state-hash';
import { FRAME } from '../../simulator/mmu/address';
import type { System } from '../../simulator/system/system';

const CSRS = [
  Csr.sstatus,
  Csr.sie,
  Csr.stvec,
  Csr.scounteren,
  Csr.sscratch,
  Csr.sepc,
  Csr.scause,
  Csr.stval,
  Csr.sip,
  Csr.satp,
  Csr.cycle,
  Csr.time,
  Csr.instret,
];

/** What a guest of one vCPU has to do with: as it stands. */
export function stateOf({ cpu }: Vcpu): readonly string[] {
  return [
    `pc ${cpu.pc.toString(16)}`,
    `privilege ${cpu.privilege}`,
    ...Array.from({ length: 31 }, (_, at) => `x${at + 1} ${cpu.x(at + 1).toString(16)}`),
    ...Array.from({ length: 32 }, (_, at) => `f${at} ${cpu.x(FLOAT_REGISTERS + at).toString(16)}`),
    ...CSRS.map(({ number, name }) => `${name} ${cpu.readCsr(number)?.toString(16)}`),
  ];
}

/** Instructions of all together, in which any guest here has come to its next thousand. */
const MOST = 5_000_000;

/** Runs a machine until a vCPU has retired so many instructions. @returns whether it has: its VM, or the run, may end before */
export function runUntilRetired(system: System, vcpu: Vcpu, retired: number): boolean {
  const most = system.machine.clock.retired + MOST;
  while (vcpu.retired < retired) {
    if (vcpu.vm.end || system.machine.finished || system.machine.clock.retired > most) return false;
    system.machine.run({ instructions: retired - vcpu.retired });
  }
  return true;
}

/** A hash of all of a guest's memory. */
export function memoryOf({ vm }: Vcpu): string {
  const hash = new StateHash();
  const { base, size } = vm.ram;
  for (let gpa = base; gpa < base + size; gpa += FRAME) {
    const bytes = vm.peek(gpa, FRAME);
    if (bytes) hash.bytes(bytes);
  }
  return hash.digest();
}
