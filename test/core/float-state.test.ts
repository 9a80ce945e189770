import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import { restore } from '../../simulator/schema/state/component';
import { requireTool } from '../support/tools';
import { BareMachine, RAM_BASE } from './bare-machine';
import { assembleImage, gnuProgramTools } from './gnu-program';

const [MSTATUS, MISA, MEPC, MCAUSE, MTVAL, MTVEC, FCSR] = [0x300, 0x301, 0x341, 0x342, 0x343, 0x305, 3] as const;
const VSSTATUS = 0x200;
const FS = 3n << 13n;
const SD = 1n << 63n;
const [INITIAL, CLEAN, DIRTY] = [1n << 13n, 2n << 13n, 3n << 13n] as const;
const ILLEGAL = 2n;

/** A machine that stands at the first instruction of a program; traps leave it at 0x80000800. */
function machineAt(source: string, status: bigint): BareMachine {
  const machine = new BareMachine(1 << 22);
  machine.core.ram.write(RAM_BASE, assembleImage(source));
  machine.hart.setCsr(MTVEC, 0x80000800n);
  machine.hart.setCsr(MSTATUS, status);
  machine.hart.hosted.m = true;
  return machine;
}

const trapOf = ({ hart }: BareMachine): readonly bigint[] => [hart.csr(MCAUSE), hart.csr(MEPC), hart.csr(MTVAL)];

/** One of each kind, with its word. */
const uses: readonly (readonly [text: string, word: bigint])[] = [
  ['flw ft3, -4(a0)', 0xffc52187n],
  ['fsd fs2, 8(a1)', 0x0125b427n],
  ['fld fa0, 8(a0)', 0x2508n],
  ['fsd ft5, 16(sp)', 0xa816n],
  ['fadd.d fa0, fa1, fa2', 0x02c5f553n],
  ['fadd.s fa0, fa1, fa2, rup', 0x00c5b553n],
  ['fmadd.s fa0, fa1, fa2, fa3', 0x68c5f543n],
  ['fsgnj.d fa0, fa1, fa2', 0x22c58553n],
  ['fmv.x.w a0, fa0', 0xe0050553n],
  ['fcvt.d.w fa0, a1', 0xd2058553n],
  ['fclass.s a0, fa0', 0xe0051553n],
  ['frcsr a0', 0x00302573n],
  ['fsflags a0', 0x00151073n],
];

describe('floating-point state', () => {
  for (const tool of gnuProgramTools) requireTool(tool);

  it('is in misa', () => {
    const { hart } = machineAt('nop', 0n);
    strictEqual(hart.csr(MISA) & 0x28n, 0x28n);
  });

  for (const [text, word] of uses) {
    it(`${text}: illegal when FS is Off, with its bits in mtval`, () => {
      const machine = machineAt(text, 0n);
      machine.hart.run(1);
      deepStrictEqual(trapOf(machine), [ILLEGAL, BigInt(RAM_BASE), word]);
    });

    it(`${text}: illegal in VS-mode when FS of vsstatus is Off`, () => {
      const machine = machineAt(text, INITIAL);
      machine.hart.setCsr(0x3b0, (1n << 54n) - 1n);
      machine.hart.setCsr(0x3a0, 0x1fn);
      machine.hart.setMode(1, true);
      machine.hart.run(1);
      deepStrictEqual(trapOf(machine), [ILLEGAL, BigInt(RAM_BASE), word]);
    });
  }

  it('is dirty after an instruction that uses it, in VS-mode for both', () => {
    for (const before of [INITIAL, CLEAN]) {
      const machine = machineAt('fadd.d fa0, fa1, fa2; fadd.d fa0, fa1, fa2', before);
      machine.hart.run(1);
      strictEqual(machine.hart.csr(MSTATUS) & (FS | SD), DIRTY | SD);
    }
    const machine = machineAt('fadd.d fa0, fa1, fa2', CLEAN);
    machine.hart.setCsr(0x3b0, (1n << 54n) - 1n);
    machine.hart.setCsr(0x3a0, 0x1fn);
    machine.hart.setCsr(VSSTATUS, INITIAL);
    machine.hart.setMode(1, true);
    machine.hart.run(1);
    strictEqual(machine.hart.csr(MSTATUS) & FS, DIRTY);
    strictEqual(machine.hart.csr(VSSTATUS) & (FS | SD), DIRTY | SD);
  });

  it('stays clean when fcsr is read only', () => {
    const machine = machineAt('frcsr a0; fscsr zero', CLEAN);
    machine.hart.run(1);
    strictEqual(machine.hart.csr(MSTATUS) & FS, CLEAN);
    machine.hart.run(1);
    strictEqual(machine.hart.csr(MSTATUS) & FS, DIRTY);
  });

  it('has no reserved rounding modes, its own or that of frm', () => {
    for (const rm of [5n, 6n]) {
      const word = 0x02c58553n | (rm << 12n);
      const machine = machineAt(`.word ${word}`, DIRTY);
      machine.hart.run(1);
      deepStrictEqual(trapOf(machine), [ILLEGAL, BigInt(RAM_BASE), word]);
    }
    for (const frm of [5n, 6n, 7n]) {
      const machine = machineAt('fadd.d fa0, fa1, fa2, rtz; fmin.d fa0, fa1, fa2; fadd.d fa0, fa1, fa2', DIRTY);
      machine.hart.setCsr(FCSR, frm << 5n);
      machine.hart.run(3);
      deepStrictEqual(trapOf(machine), [ILLEGAL, BigInt(RAM_BASE) + 8n, 0x02c5f553n]);
    }
  });

  it('is saved and restored', () => {
    const program = 'fcvt.d.w fa0, a0; fdiv.d fa1, fa0, fa0; fsrmi 3';
    const machine = machineAt(program, DIRTY);
    machine.hart.setX(10, 7n);
    machine.hart.run(3);
    const saved = machine.hart.component.save();
    const other = machineAt(program, 0n);
    restore(other.hart.component, saved, 'hart');
    strictEqual(other.hart.csr(FCSR), 3n << 5n);
    strictEqual(other.hart.x(64 + 10), 0x401c000000000000n);
    deepStrictEqual(other.hart.component.save(), saved);
  });
});
