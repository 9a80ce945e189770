import { FLOAT_REGISTERS } from '../../../simulator/core/index';
import type { CpuState } from '../../../simulator/hypervisor/cpu';
import {
  Csr,
  csrName,
  type Decoded,
  type SystemOperation,
  systemOperationOf,
  usesFloat,
  virtualCsr,
} from '../../../simulator/isa/index';
import { digits } from './words';

const REGISTER = 8;

/** A register that an instruction wrote, and where it stands in a line: Spike orders by number, in each number x, f, CSR. */
interface Written {
  readonly order: number;
  readonly text: string;
}

const ORDER = { x: 0, f: 1, csr: 4 };
const NUMBERS = 16;

/** CSRs that are a part of another, or a view of it: what is written is the other. */
const homes: ReadonlyMap<number, number> = new Map([
  [Csr.sstatus.number, Csr.mstatus.number],
  [Csr.sie.number, Csr.mie.number],
  [Csr.sip.number, Csr.mip.number],
  [Csr.hie.number, Csr.mie.number],
  [Csr.hip.number, Csr.mip.number],
  [Csr.vsie.number, Csr.mie.number],
  [Csr.vsip.number, Csr.mip.number],
]);
const floatCsrs = [Csr.fflags.number, Csr.frm.number, Csr.fcsr.number];

/** What floating-point instructions change beside their result: flags, and that there is something to be saved. */
export type FloatState = ReadonlyMap<number, bigint>;

/** Looks at it before an instruction that may change it. */
export function floatState(cpu: CpuState, { instruction, fields }: Decoded): FloatState {
  const state = new Map<number, bigint>();
  const isFloatCsr = fields.csr !== undefined && floatCsrs.includes(fields.csr);
  if (!usesFloat(instruction) && !isFloatCsr) return state;
  for (const csr of [Csr.fflags.number, Csr.mstatus.number, Csr.vsstatus.number]) {
    const value = cpu.readCsr(csr);
    if (value !== undefined) state.set(csr, value);
  }
  return state;
}

/**
 * The registers that an instruction, expanded, has written.
 * @param wasVirtual V before it @param before what floating-point instructions change, before it
 */
export function writtenRegisters(
  cpu: CpuState,
  decoded: Decoded,
  wasVirtual: boolean,
  before: FloatState,
): readonly string[] {
  const written = new Map<string, Written>();
  const note = (register: Written): void => void written.set(register.text, register);
  const { instruction, fields } = decoded;
  const rd = fields.rd ?? 0;
  const destination = instruction.operands.find(({ name }) => name === 'rd');
  if (destination?.file === 'f') note(named('f', rd, cpu.x(FLOAT_REGISTERS + rd)));
  else if (destination && rd !== 0) note(named('x', rd, cpu.x(rd)));
  for (const csr of writtenCsrs(decoded, wasVirtual)) {
    const home = homeOf(cpu, csr, wasVirtual);
    const value = cpu.readCsr(home);
    if (value !== undefined) note(csrWritten(home, value));
  }
  for (const [csr, old] of before) {
    const value = cpu.readCsr(csr);
    if (value !== undefined && value !== old) note(csrWritten(csr, value));
  }
  return [...written.values()].sort((a, b) => a.order - b.order).map(({ text }) => text);
}

function named(file: 'x' | 'f', number: number, value: bigint): Written {
  const text = `${file}${String(number).padEnd(2)} 0x${digits(value, REGISTER)}`;
  return { order: number * NUMBERS + ORDER[file], text };
}

function csrWritten(csr: number, value: bigint): Written {
  return { order: csr * NUMBERS + ORDER.csr, text: `c${csr}_${csrName(csr)} 0x${digits(value, REGISTER)}` };
}

/** Where the bits are that a CSR shows; the CSR itself where the guest has none of its home. */
function homeOf(cpu: CpuState, csr: number, wasVirtual: boolean): number {
  const own = wasVirtual ? virtualCsr(csr) : csr;
  const number = homes.get(own) ?? own;
  return cpu.readCsr(number) === undefined ? csr : number;
}

/** The CSRs that an instruction writes: bits that are to be set or cleared and are none write nothing (manual, "Zicsr"). */
function writtenCsrs({ instruction, fields }: Decoded, wasVirtual: boolean): readonly number[] {
  const { csr } = fields;
  if (csr === undefined) return returnedFrom(systemOperationOf(instruction), wasVirtual);
  switch (systemOperationOf(instruction)) {
    case 'csr-set':
    case 'csr-clear':
      if ((fields.rs1 ?? fields.uimm) === 0) return [];
      return partsOf(csr);
    case 'csr-write':
      return partsOf(csr);
    default:
      return [];
  }
}

/** Of fcsr its parts are what is written. */
const partsOf = (csr: number): readonly number[] =>
  csr === Csr.fcsr.number ? [Csr.fflags.number, Csr.frm.number] : [csr];

/** What a return from a trap writes. */
function returnedFrom(operation: SystemOperation | undefined, wasVirtual: boolean): readonly number[] {
  if (operation === 'mret') return [Csr.mstatus.number];
  if (operation !== 'sret') return [];
  return wasVirtual ? [Csr.sstatus.number] : [Csr.sstatus.number, Csr.hstatus.number];
}
