import { deepStrictEqual, strictEqual, throws } from 'node:assert/strict';
import {
  accessFaultOf,
  accessOf,
  Csr,
  csrName,
  exceptionCauses,
  guestPageFaultOf,
  highMask,
  type Instruction,
  instructionNamed,
  instructions,
  isCall,
  lowMask,
  memoryOf,
  pageFaultOf,
  virtualCsr,
  widths,
} from '../../simulator/isa';

describe('facts of the table', () => {
  it('say of loads, stores and atomics what their semantics does', () => {
    for (const instruction of instructions) {
      const { name, memory, semantics } = instruction;
      if (typeof semantics !== 'function') continue;
      strictEqual(memory && describeMemory(memory), accessOfSemantics(instruction), name);
    }
    strictEqual(memoryOf(instructionNamed('c.fsdsp'))?.size, 8);
    strictEqual(instructionNamed('hlvx.wu').memory?.executable, true);
  });

  it('name the jumps that are calls', () => {
    const jal = instructionNamed('jal');
    deepStrictEqual(
      [0, 1, 2, 5].map((rd) => isCall({ instruction: jal, fields: { rd } })),
      [false, true, false, true],
    );
    strictEqual(isCall({ instruction: instructionNamed('add'), fields: { rd: 1 } }), false);
  });
});

describe('CSR table', () => {
  it("gives VS-mode registers of the form of S-mode's", () => {
    strictEqual(Csr.satp.virtual, Csr.vsatp);
    strictEqual(Csr.vsatp.number, 0x280);
    deepStrictEqual(Csr.vsstatus.fields, Csr.sstatus.fields);
    strictEqual(csrName(virtualCsr(Csr.sepc.number)), 'vsepc');
    strictEqual(virtualCsr(Csr.senvcfg.number), Csr.senvcfg.number);
  });

  it('gives the bits of fields in the word in which they are', () => {
    strictEqual(lowMask(Csr.mstatus, 'MPP', 'SIE'), 0x1802);
    strictEqual(highMask(Csr.mstatus, 'SD', 'MPV'), 0x80000080 | 0);
    strictEqual(lowMask(Csr.medeleg, ...Csr.medeleg.fields.map(({ name }) => name)), 0xf0b7ff);
    strictEqual(lowMask(Csr.hedeleg, ...Csr.hedeleg.fields.map(({ name }) => name)), 0xb1ff);
    throws(() => lowMask(Csr.mstatus, 'MPV'), /mstatus.MPV is not in the word from bit 0/);
    throws(() => highMask(Csr.satp, 'PPN'), RangeError);
  });
});

describe('causes', () => {
  it('know the access that they are about', () => {
    for (const access of ['read', 'write', 'execute'] as const) {
      for (const fault of [pageFaultOf, accessFaultOf, guestPageFaultOf]) strictEqual(accessOf(fault(access)), access);
    }
    deepStrictEqual(
      exceptionCauses.filter(({ ofHypervisor }) => ofHypervisor).map(({ code }) => code),
      [10, 20, 21, 22, 23],
    );
  });
});

const describeMemory = ({
  kind,
  size,
  signed,
  boxed,
  reserves,
  conditional,
}: NonNullable<Instruction['memory']>): string => JSON.stringify({ kind, size, signed, boxed, reserves, conditional });

/** The access of a semantics, by running it on an execution that does nothing else. */
function accessOfSemantics({ semantics }: Instruction): string | undefined {
  let found: string | undefined;
  const note =
    (kind: 'load' | 'store' | 'atomic', reserves: boolean, conditional: boolean) => (width: keyof typeof widths) => {
      const { size, signed, boxed } = widths[width];
      found = JSON.stringify({ kind, size, signed, boxed, reserves, conditional });
      return anything;
    };
  const accesses: Readonly<Record<string, unknown>> = {
    load: note('load', false, false),
    store: note('store', false, false),
    atomic: note('atomic', false, false),
    loadReserved: note('load', true, false),
    storeConditional: note('atomic', false, true),
  };
  const anything: unknown = new Proxy(() => undefined, {
    get: (_, name) => (typeof name === 'string' && name in accesses ? accesses[name] : anything),
    apply: () => anything,
  });
  if (typeof semantics === 'function') semantics(anything as Parameters<typeof semantics>[0]);
  return found;
}
