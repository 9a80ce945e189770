import {
  type AccessFault,
  extended,
  type Hart,
  type MemoryInstruction,
  memoryInstruction,
  type PhysicalMemory,
  Status,
  StatusHigh,
} from '../core/index';
import { Csr } from '../isa/index';
import { type Narration, step } from '../machine/narration';
import { Gva } from '../mmu/address';
import { Access, Privilege } from '../mmu/index';

/** In mtinst of a transformed instruction: where the offset is of the part that faulted; and that it was not of two bytes. */
const OFFSET_SHIFT = 15;
const OF_FOUR_BYTES = 2;

/**
 * A misaligned access that the supervisor has left to its firmware (FWFT): done in parts, as the mode that trapped, by mstatus.MPRV. The
 * hart is in M-mode, at the trap.
 * @returns what the supervisor is to be given in its place; undefined once the access is done and pc is behind it
 */
export function* doMisalignedAccess(hart: Hart, ram: PhysicalMemory): Narration<AccessFault | undefined> {
  const [low, high] = [hart.csrLow(Csr.mtval.number), hart.csrHigh(Csr.mtval.number)];
  const address = new Gva(low, high);
  const transformed = hart.csrLow(Csr.mtinst.number);
  const instruction = findInstruction(hart, ram, transformed);
  if (!instruction || instruction.kind === 'atomic' || instruction.reserves) {
    yield step`an atomic access cannot be done in parts: the exception is the supervisor's`;
    const details = { guestVirtual: isGuestVirtual(hart), htvalLow: 0, htvalHigh: 0, htinst: transformed };
    return { code: hart.csrLow(Csr.mcause.number), valueLow: low, valueHigh: high, offset: 0, details };
  }
  const { size } = instruction;
  yield step`${size} bytes at ${address} are misaligned, and the supervisor has left them to its firmware (FWFT): do the access in parts, with mstatus.MPRV set`;
  const outcome = accessAsBefore(hart, low, high, instruction);
  if ('fault' in outcome) {
    yield step`a part of it may not be accessed: give the supervisor that fault`;
    return withInstruction(outcome.fault, transformed);
  }
  if (instruction.kind === 'load') {
    const value = extended(outcome.low, outcome.high, instruction);
    hart.setXWords(instruction.rd, value.low, value.high);
  }
  hart.setCsr(Csr.mepc.number, hart.csr(Csr.mepc.number) + BigInt(instruction.length));
  return undefined;
}

/** The access with the privilege and V of the mode that trapped. */
function accessAsBefore(hart: Hart, low: number, high: number, { kind, size, rs2 }: MemoryInstruction) {
  const status = hart.csrLow(Csr.mstatus.number);
  const statusHigh = hart.csrHigh(Csr.mstatus.number);
  hart.setCsrWords(Csr.mstatus.number, status | Status.MPRV, statusHigh);
  const { software } = hart;
  const outcome =
    kind === 'load' ? software.load(low, high, size) : software.store(low, high, size, hart.xLow(rs2), hart.xHigh(rs2));
  hart.setCsrWords(Csr.mstatus.number, status, statusHigh);
  return outcome;
}

/** Where the fault tells no more of itself, it tells what the trap told, with the offset of its part (manual, volume II, mtinst). */
function withInstruction(fault: AccessFault, transformed: number): AccessFault {
  const { details, offset } = fault;
  if (details?.htinst !== 0 || transformed === 0) return fault;
  return { ...fault, details: { ...details, htinst: transformed | (offset << OFFSET_SHIFT) } };
}

const isGuestVirtual = (hart: Hart): boolean => (hart.state.statusHigh & StatusHigh.GVA) !== 0;

/** What trapped: by mtinst, or else by the bits at mepc, which the mode that trapped has just fetched. */
function findInstruction(hart: Hart, ram: PhysicalMemory, transformed: number): MemoryInstruction | undefined {
  if (transformed === 0) return memoryInstruction(fetchAsBefore(hart, ram, hart.csr(Csr.mepc.number)));
  const instruction = memoryInstruction(transformed | OF_FOUR_BYTES);
  return instruction && { ...instruction, length: transformed & OF_FOUR_BYTES ? 4 : 2 };
}

function fetchAsBefore(hart: Hart, ram: PhysicalMemory, pc: bigint): number {
  const first = fetchParcel(hart, ram, pc);
  return (first & 3) === 3 ? (first | (fetchParcel(hart, ram, pc + 2n) << 16)) >>> 0 : first;
}

function fetchParcel(hart: Hart, ram: PhysicalMemory, pc: bigint): number {
  const { low, high } = Gva.of(pc);
  const privilege = ((hart.state.status & Status.MPP) >> Status.MPP_SHIFT) as Privilege;
  const virtual = privilege !== Privilege.machine && (hart.state.statusHigh & StatusHigh.MPV) !== 0;
  const found = hart.peekTranslation(low, high, Access.execute, { privilege, virtual });
  return 'fault' in found ? 0 : ram.read16(found.physical);
}
