import { FLOAT_REGISTERS } from '../../core/index';
import type { AccessSize } from '../../devices/device';
import { decode, expand, systemOperationOf } from '../../isa/index';
import { Access } from '../../mmu/index';
import { Gva } from '../address';
import { type GuestTables, translateGuest } from './guest-walk';
import type { Vcpu } from './vcpu';
import type { VirtualMachine } from './virtual-machine';

/** What a load, store or atomic wants of memory. */
export interface MemoryInstruction {
  readonly kind: 'load' | 'store' | 'atomic';
  /** Bytes. */
  readonly size: AccessSize;
  /** Whether a loaded value is sign-extended. */
  readonly signed: boolean;
  /** A narrow value for an f register: NaN-boxed. */
  readonly boxed: boolean;
  /** load-reserved: a load that leaves a reservation. */
  readonly reserves: boolean;
  /** store-conditional: an atomic that may write nothing. */
  readonly conditional: boolean;
  readonly rd: number;
  readonly rs1: number;
  readonly rs2: number;
  readonly offset: number;
  /** Of the instruction, in bytes. */
  readonly length: 2 | 4;
}

const SIZES: { readonly [letter: string]: AccessSize } = { b: 1, h: 2, w: 4, d: 8 };

/** Takes a load, store or atomic apart; undefined for anything else. */
export function memoryInstruction(word: number): MemoryInstruction | undefined {
  const decoded = decode(word);
  if (!decoded) return undefined;
  const { instruction, fields } = expand(decoded);
  const plain = /^f?(l|s)([bhwd])(u?)$/.exec(instruction.name);
  // x and f registers are numbered in one file.
  const file = instruction.name.startsWith('f') ? FLOAT_REGISTERS : 0;
  const atomic = /^(lr|sc|amo\w+)\.([wd])$/.exec(instruction.name);
  const size = SIZES[plain?.[2] ?? atomic?.[2] ?? ''];
  if (size === undefined) return undefined;
  const reserves = atomic?.[1] === 'lr';
  return {
    kind: plain?.[1] === 's' ? 'store' : plain || reserves ? 'load' : 'atomic',
    size,
    signed: plain?.[3] !== 'u',
    reserves,
    conditional: atomic?.[1] === 'sc',
    boxed: file !== 0,
    rd: file + (fields.rd ?? 0),
    rs1: fields.rs1 ?? 0,
    rs2: file + (fields.rs2 ?? 0),
    offset: fields.imm ?? 0,
    length: decoded.instruction.length,
  };
}

/** What a load leaves in its register: the words of memory, sign- or zero-extended or NaN-boxed. */
export function extended(
  low: number,
  high: number,
  { size, signed, boxed }: MemoryInstruction,
): {
  low: number;
  high: number;
} {
  if (size === 8) return { low, high };
  if (boxed) return { low, high: -1 };
  const unused = 32 - size * 8;
  const extended = signed ? (low << unused) >> unused : (low << unused) >>> unused;
  return { low: extended | 0, high: signed && extended < 0 ? -1 : 0 };
}

/** The first byte that the instruction accesses, by the guest's registers. */
export function effectiveAddress(vcpu: Vcpu, { rs1, offset }: MemoryInstruction): Gva {
  return Gva.of(vcpu.hart.x(rs1) + BigInt(offset));
}

/**
 * The bits of the instruction at the guest's pc, fetched with execute permission through the guest's own tables; its second half may
 * be in another page. Undefined when the guest itself could not fetch it (its code has changed since).
 */
export function fetchInstruction(vm: VirtualMachine, vcpu: Vcpu, tables: GuestTables): number | undefined {
  const { pcLow, pcHigh } = vcpu;
  const first = fetchParcel(vm, vcpu, tables, pcLow, pcHigh);
  if (first === undefined || (first & 3) !== 3) return first;
  const nextLow = (pcLow + 2) | 0;
  const carry = nextLow >>> 0 < 2 ? 1 : 0;
  const second = fetchParcel(vm, vcpu, tables, nextLow, pcHigh + carry);
  return second === undefined ? undefined : ((second << 16) | first) >>> 0;
}

function fetchParcel(
  vm: VirtualMachine,
  vcpu: Vcpu,
  tables: GuestTables,
  low: number,
  high: number,
): number | undefined {
  const translation = translateGuest(vcpu, tables, low, high, Access.execute);
  const hpa = 'fault' in translation ? undefined : vm.guestRam(translation.gpa);
  return hpa === undefined ? undefined : vm.machine.core.ram.read16(hpa);
}

/**
 * Whether the guest is at cbo.clean, cbo.flush or cbo.inval: they fault as stores do, but need no more than a load, and leave D (manual,
 * volume I, Zicbom).
 */
export function managesCacheBlock(vm: VirtualMachine, vcpu: Vcpu, tables: GuestTables): boolean {
  const word = fetchInstruction(vm, vcpu, tables);
  const instruction = word === undefined ? undefined : vm.instructions.find(word).decoded?.instruction;
  const operation = instruction && systemOperationOf(instruction);
  return operation === 'cbo.clean' || operation === 'cbo.flush' || operation === 'cbo.inval';
}
