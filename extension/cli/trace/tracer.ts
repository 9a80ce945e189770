import type { CpuState } from '../../../simulator/hypervisor/cpu';
import { Csr, causeOf } from '../../../simulator/isa/index';
import type { Runner, RunRequest } from '../../../simulator/machine/machine';
import type { MachineStop } from '../../../simulator/machine/stop';
import type { Trap } from '../../../simulator/machine/trap';
import { FRAME } from '../../../simulator/mmu/address';
import { Access, Privilege } from '../../../simulator/mmu/index';
import type { Program } from '../../../simulator/object/program';
import type { System } from '../../../simulator/system/system';
import { type Before, beforeCommit, commitLine } from './commit-line';
import { InstructionLines } from './instruction-line';
import type { TraceFile } from './trace-file';
import { trapLines } from './trap-lines';

export type TraceKind = 'traps' | 'instructions' | 'commits';

/** A file, and what goes into it. */
export interface TraceOutput {
  readonly kind: TraceKind;
  readonly file: TraceFile;
}

const PARCEL = 2;
const isFull = (parcel: number): boolean => (parcel & 3) === 3;
const NOTHING_FETCHED = 0;

/** Runs a guest instruction by instruction and writes what its CPUs do, as Spike's logs have it. It changes nothing of the run. */
export class Tracer implements Runner {
  private readonly instructions: InstructionLines;

  constructor(
    private readonly system: System,
    private readonly outputs: readonly TraceOutput[],
    program: Program | undefined,
  ) {
    this.instructions = new InstructionLines(program);
  }

  run(request: RunRequest): MachineStop {
    const { machine } = this.system;
    const end = machine.clock.retired + request.instructions;
    for (;;) {
      const stop = this.step({ ...request, instructions: Math.min(1, request.instructions) });
      const isOver = stop.reason !== 'limit' && stop.reason !== 'guest-trap';
      if (isOver) return stop;
      if (machine.clock.retired < end) continue;
      // A trap at the last boundary: the run ends there as any other does.
      return stop.reason === 'limit' ? stop : machine.run({ ...request, instructions: 0 });
    }
  }

  /** Runs to the next instruction that retires, or to a trap before it. */
  private step(request: RunRequest): MachineStop {
    const { guest, machine } = this.system;
    const looks = this.outputs.some(({ kind }) => kind !== 'traps');
    const before = looks ? guest.cpus.map((cpu) => this.look(cpu)) : [];
    const retired = guest.cpus.map((cpu) => cpu.retired);
    const stop = machine.run({ ...request, stopAtGuestTrap: () => true });
    for (const [index, cpu] of guest.cpus.entries()) {
      const fetched = before[index];
      if (fetched && cpu.retired !== retired[index]) this.executed(cpu, fetched);
    }
    if (stop.reason === 'guest-trap') {
      const cpu = this.system.cpuOn(stop.hart);
      const index = cpu?.id ?? -1;
      const fetched = before[index];
      const hasTried = cpu?.retired === retired[index] && isOfInstruction(stop.trap);
      if (hasTried && fetched) this.write(['instructions'], () => this.instructions.of(fetched));
      if (cpu) this.write(['traps', 'instructions'], () => trapLines(cpu.id, stop.trap, returnAddress(cpu)));
    }
    return stop;
  }

  private executed(cpu: CpuState, before: Before): void {
    this.write(['instructions'], () => this.instructions.of(before));
    this.write(['commits'], () => [commitLine(cpu, before, (address, bytes) => this.read(cpu, address, bytes))]);
  }

  private write(kinds: readonly TraceKind[], linesOf: () => readonly string[]): void {
    const files = this.outputs.filter(({ kind }) => kinds.includes(kind));
    if (files.length === 0) return;
    const lines = linesOf();
    for (const { file } of files) for (const line of lines) file.write(line);
  }

  private look(cpu: CpuState): Before {
    return beforeCommit(cpu, { cpu: cpu.id, pc: cpu.pc, word: this.fetch(cpu) });
  }

  private fetch(cpu: CpuState): number {
    const low = this.parcel(cpu, cpu.pc);
    if (low === undefined) return NOTHING_FETCHED;
    if (!isFull(low)) return low;
    return (low | ((this.parcel(cpu, cpu.pc + BigInt(PARCEL)) ?? 0) << 16)) >>> 0;
  }

  private parcel(cpu: CpuState, address: bigint): number | undefined {
    const found = cpu.peek(BigInt.asUintN(64, address), Access.execute);
    if (!('gpa' in found)) return undefined;
    const bytes = this.system.readMemory(found.gpa, PARCEL);
    if (bytes) return (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8);
    const { rom } = this.system.guest.board;
    return rom && found.gpa >= rom.base ? rom.peek(found.gpa - rom.base, PARCEL) : undefined;
  }

  private read(cpu: CpuState, address: bigint, length: number): bigint | undefined {
    if (Number(address % BigInt(FRAME)) + length > FRAME) return undefined;
    const found = cpu.peek(address, Access.read);
    const bytes = 'gpa' in found ? this.system.readMemory(found.gpa, length) : undefined;
    return bytes?.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
  }
}

/** Whether a trap is of an instruction that could be fetched: it is logged before it, as one that was tried. */
function isOfInstruction({ interrupt, cause }: Trap): boolean {
  const { kind, access } = causeOf(cause, interrupt);
  return !interrupt && (access !== 'execute' || kind === 'misaligned');
}

const returnAddresses = {
  m: Csr.mepc.number,
  s: Csr.sepc.number,
  vs: Csr.vsepc.number,
};

/** Where a CPU was that has just taken a trap into its own handler. */
function returnAddress(cpu: CpuState): bigint {
  const mode = cpu.privilege === Privilege.machine ? 'm' : cpu.virtual ? 'vs' : 's';
  return cpu.readCsr(returnAddresses[mode]) ?? 0n;
}
