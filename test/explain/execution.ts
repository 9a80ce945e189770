import type { HartOptions } from '../../simulator/core';
import { firmwareWorld } from '../../simulator/firmware/firmware-world';
import { engineNamed } from '../../simulator/hypervisor/engines';
import { foreseen } from '../../simulator/hypervisor/foreseen';
import { vmmWorld } from '../../simulator/hypervisor/vmm-world';
import {
  decode,
  encode,
  expand,
  type Fields,
  instructionNamed,
  type Operand,
  operandProblem,
  type Use,
} from '../../simulator/isa';
import type { Snapshot } from '../../simulator/system/snapshot';
import type { System, Virtualization } from '../../simulator/system/system';
import { assembleGuest, makeSystem } from '../support/guest';
import { portedStart } from '../support/ported-guest';

/** What was seen of a use. */
export interface Executed {
  /** Who did it, or gave it up: the software below the guest's kernel to which it came, or else the hart. */
  readonly by: 'hart' | 'vmm' | 'firmware';
  /** Whether the VMM foresaw that it would exit; undefined on the bare machine. */
  readonly foreseen: boolean | undefined;
  /** The cause of the trap that the guest's kernel got. */
  readonly cause: number | undefined;
}

const guest = (user: boolean): string => `
        .option norelax
        .globl  _start
_start: la      t0, handler
        csrw    stvec, t0
        la      a2, data
        la      a3, data + 64
        la      sp, data + 128
        li      t0, 3 << 13             # FS: floating-point registers may be used
        csrs    sstatus, t0
        li      t0, 7
        csrw    scounteren, t0
        li      t0, 0xf0
        csrw    senvcfg, t0
        ${user ? 'la t1, body\ncsrw sepc, t1\nsret                    # SPP is 0' : 'j body'}
        .balign 4096
body:   sd      zero, (a2)
        sd      zero, (a3)
slot:   nop
        nop
        .balign 64
handler: j      handler
        .balign 4096
data:   .zero   4096
`;

/** The same, ported. */
const portedGuest = (user: boolean): string => `${portedStart}
        la      a2, data
        la      a3, data + 64
        la      sp, data + 128
        ${
          user
            ? 'la t1, body\nsd t1, PV_WORD_SEPC(s3)\nsd zero, PV_WORD_STATUS(s3)\nsd sp, PV_WORD_SP(s3)\nhypercall PV_IRET'
            : 'j body'
        }
        .balign 4096
body:   la      a0, data
        sd      zero, (a2)
        sd      zero, (a3)
slot:   nop
        nop
        .balign 64
handler: j      handler
        .data
        .balign 4096
data:   .zero   4096
`;

export class Execution {
  private constructor(
    private readonly system: System,
    private readonly snapshot: Snapshot,
    private readonly slot: number,
  ) {}

  /** A guest that stands in its kernel or in a program, all of whose memory has been touched. */
  static async under(
    virtualization: Virtualization,
    mode: 's' | 'u',
    hartOptions: Partial<HartOptions>,
  ): Promise<Execution> {
    const isPorted = engineNamed(virtualization)?.guests === 'ported';
    const program = await assembleGuest((isPorted ? portedGuest : guest)(mode === 'u'));
    const { system } = makeSystem(program, { virtualization, hartOptions, disks: [] });
    const slot = program.symbols.find(({ name }) => name === 'slot')?.value;
    const [cpu] = system.guest.cpus;
    if (slot === undefined || !cpu) throw new Error('the guest has no slot');
    for (let left = 10_000; cpu.pc !== BigInt(slot); left--) {
      if (left === 0) throw new Error(`the guest does not come to its slot, it is at ${cpu.pc.toString(16)}`);
      system.machine.run({ instructions: 1 });
    }
    return new Execution(system, system.save(), Number(slot));
  }

  executed(use: Use): Executed {
    const { system, slot } = this;
    system.restore(this.snapshot);
    const word = wordOf(use);
    system.writeMemory(slot, Uint8Array.of(word & 255, (word >>> 8) & 255, (word >>> 16) & 255, word >>> 24));
    const decoded = decode(word);
    const [cpu] = system.guest.cpus;
    const [vcpu] = system.vm?.vcpus ?? [];
    const foretold = cpu && decoded && vcpu?.wouldExit(foreseen(cpu, word, expand(decoded)));
    let by: Executed['by'] = 'hart';
    let cause: number | undefined;
    system.machine.run({
      instructions: 1,
      stopAtStep: ({ crossings }) => {
        const world = crossings.at(-1)?.into;
        if (world === vmmWorld) by = 'vmm';
        else if (world === firmwareWorld && by === 'hart') by = 'firmware';
        return false;
      },
      stopAtGuestTrap: (trap) => {
        cause = trap.cause;
        return true;
      },
    });
    return { by, cause, foreseen: foretold };
  }
}

const CSR_SOURCE = 5;

function wordOf(use: Use): number {
  if ('csr' in use) {
    const { number } = use.csr;
    return use.access === 'read'
      ? encode(instructionNamed('csrrs'), { rd: 10, csr: number, rs1: 0 })
      : encode(instructionNamed('csrrw'), { rd: 0, csr: number, rs1: CSR_SOURCE });
  }
  const fields: Record<string, number> = {};
  for (const operand of use.instruction.operands) fields[operand.name] = valueFor(operand);
  return encode(use.instruction, fields as Fields);
}

const REGISTERS: Readonly<Record<string, number>> = { rd: 10, rs1: 12, rs2: 13, rs3: 13 };

function valueFor(operand: Operand): number {
  const { name, kind, scale } = operand;
  const wanted =
    kind === 'register' ? [REGISTERS[name] ?? 10, 2, 1] : [0, 16, scale, 1, 32, operand.maximum, operand.minimum];
  const value = wanted.find(
    (each) =>
      operandProblem(operand, each) === undefined && !operand.hints.includes(each) && !operand.excluded.includes(each),
  );
  if (value === undefined) throw new Error(`no value for ${name}: ${operand.description}`);
  return value;
}
