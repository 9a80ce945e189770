import { isFloat, numberOf, realOf, type Value } from '../../../simulator/expression/evaluate';
import type { Space } from '../../../simulator/expression/syntax';
import type { CpuState } from '../../../simulator/hypervisor/cpu';
import {
  Csr,
  type CsrDescription,
  type CsrField,
  causeOf,
  csrName,
  csrNumbered,
  fieldValue,
  PagingMode,
  valueOfField,
} from '../../../simulator/isa/index';
import { CsrValue, Gpa, Gva, Hpa, PteValue } from '../../../simulator/mmu/address';
import type { Debuggee } from '../../debuggee';
import { hex } from '../../format';
import { asidOf, isValid, modeOf, rootOf, showEntry, vmidOf } from '../../views/page-entries';
import { memoryReference, readSpace } from '../memory';
import { guestPhysicalOf, machineTrap, supervisorTrap } from '../trap-csrs';
import { type Child, type Container, containerOf } from './variables';

const spaceNames: { readonly [space in Space]: string } = {
  gva: 'guest-virtual address',
  gpa: 'guest-physical address',
  hpa: 'machine address',
};

/** How values are shown, with what they are made of and where they lead. */
export class ValueView {
  constructor(
    private readonly debuggee: Debuggee,
    private readonly cpu: CpuState,
  ) {}

  /** A value of a register: hexadecimal, and the symbol that it points to. */
  word(value: bigint): string {
    const symbol = this.debuggee.describe(this.cpu, value);
    return symbol === undefined ? hex(value) : `${hex(value)} <${symbol}>`;
  }

  /** The value of an expression. @param inHex whether small numbers too are to be hexadecimal */
  value(value: Value, inHex = false): { value: string; memoryReference?: string } {
    const { type, bits, place } = value;
    if (isFloat(type)) return { value: inHex ? hex(bits) : realText(realOf(value)) };
    if (type.kind === 'pointer' || type.space) {
      const space = type.space ?? 'gva';
      const suffix = space === 'gva' ? '' : ` (${space.toUpperCase()})`;
      return { value: `${this.word(bits)}${suffix}`, memoryReference: memoryReference({ space, address: bits }) };
    }
    if (place?.kind === 'csr' && place.field === undefined) return { value: this.csrText(place.number, bits) };
    const number = numberOf(value);
    const text = !inHex && number >= -9n && number <= 9n ? `${number}` : this.word(bits);
    if (place?.kind === 'memory') return { value: text, memoryReference: memoryReference(place) };
    return type.bytes === 8 && bits > 0xffffn ? { value: text, memoryReference: hex(bits) } : { value: text };
  }

  /** Whatever a handler has named. */
  variable(name: string, value: unknown): Child {
    if (value instanceof Gva) return this.address(name, { space: 'gva', address: value.value });
    if (value instanceof Gpa) return this.address(name, { space: 'gpa', address: BigInt(value.value) });
    if (value instanceof Hpa) return this.address(name, { space: 'hpa', address: BigInt(value.value) });
    if (value instanceof CsrValue) return this.csrValue(name, value);
    if (value instanceof PteValue) return this.entry(name, value);
    const shown = typeof value === 'string' ? value : typeof value === 'bigint' ? hex(value) : String(value);
    return { name, value: shown, type: typeof value, evaluateName: name };
  }

  /** The decoded fields of a CSR. @param read gives its value when somebody looks */
  fields(csr: CsrDescription, read: () => bigint, isWritable: boolean): Container | undefined {
    if (csr.fields.length === 0) return undefined;
    return containerOf(() =>
      csr.fields.map((field) => ({
        name: field.name,
        value: fieldText(field, fieldValue(field, read())),
        type: `${field.summary} (${field.high === field.low ? `bit ${field.low}` : `bits ${field.high}:${field.low}`})`,
        ...(isWritable
          ? {
              place: { kind: 'csr' as const, number: csr.number, field: field.name },
              evaluateName: `${csr.name}.${field.name}`,
            }
          : {}),
      })),
    );
  }

  /** A CSR's value in one line: the fields that say something. */
  csr(csr: CsrDescription, value: bigint): string {
    if (csr === Csr.satp || csr === Csr.vsatp) return satpText(value);
    if (csr === Csr.hgatp) return hgatpText(value);
    if (csr === Csr.htval || csr === Csr.mtval2) return this.guestAddress(csr, value);
    if (causes.has(csr)) return `${hex(value)} (${causeText(value)})`;
    if (vectors.has(csr)) return `${this.word(value & ~3n)}${value & 1n ? ' (Vectored)' : ''}`;
    const telling = csr.fields.filter((field) => fieldValue(field, value) !== 0n);
    if (csr.fields.length === 0 || telling.length === 0 || telling.length > 6) return this.word(value);
    return `${hex(value)} (${telling.map((field) => fieldSetting(field, fieldValue(field, value))).join(', ')})`;
  }

  /** htval and mtval2: the guest physical address that they hold shifted; 0 is none. */
  private guestAddress(csr: CsrDescription, value: bigint): string {
    const csrs = csr === Csr.htval ? supervisorTrap : machineTrap;
    if (value === 0n) return `${hex(value)} (no guest physical address)`;
    const hart = this.debuggee.hartOf(this.cpu);
    const gpa = guestPhysicalOf(value, hart.csr(csrs.instruction), hart.csr(csrs.value));
    return `${hex(value)} (GPA ${hex(gpa)})`;
  }

  csrText(number: number, value: bigint): string {
    const csr = csrNumbered(number);
    return csr ? this.csr(csr, value) : hex(value);
  }

  fieldsOf(number: number, value: bigint): Container | undefined {
    const csr = csrNumbered(number);
    return csr && this.fields(csr, () => value, false);
  }

  private csrValue(name: string, { csr: number, value }: CsrValue): Child {
    const csr = csrNumbered(number);
    const parts = csr && this.fields(csr, () => value, false);
    return {
      name,
      value: csr ? this.csr(csr, value) : hex(value),
      type: `value of ${csrName(number)}`,
      evaluateName: name,
      ...(parts ? { parts } : {}),
    };
  }

  /** A page-table entry: what it says. */
  private entry(name: string, { low, high, value }: PteValue): Child {
    const entry = { low, high };
    const shown = isValid(entry) ? showEntry(entry) : undefined;
    const words = !shown
      ? 'not valid'
      : shown.kind === 'table'
        ? `table at ${shown.target}`
        : `${shown.permissions}, page ${shown.target}`;
    return { name, value: `${hex(value)} (${words})`, type: 'page-table entry', evaluateName: name };
  }

  /** An address: where it leads in the other spaces, and what is there. */
  private address(name: string, place: { readonly space: Space; readonly address: bigint }): Child {
    return {
      name,
      value: `${hex(place.address)} (${place.space.toUpperCase()})`,
      type: spaceNames[place.space],
      memoryReference: memoryReference(place),
      evaluateName: name,
      parts: containerOf(() => this.addressParts(place)),
    };
  }

  private addressParts(place: { readonly space: Space; readonly address: bigint }): Child[] {
    const { guest } = this.debuggee;
    const gpa = this.guestPhysical(place);
    const parts: Child[] = [];
    const add = (space: Space, address: number | undefined): void => {
      if (space === place.space) return;
      const value = address === undefined ? 'none' : hex(address);
      const reference =
        address === undefined ? {} : { memoryReference: memoryReference({ space, address: BigInt(address) }) };
      parts.push({ name: space.toUpperCase(), value, type: spaceNames[space], ...reference });
    };
    if (place.space !== 'gva' || gpa !== undefined) add('gpa', gpa);
    add('hpa', gpa === undefined ? undefined : guest.toHost(gpa));
    const symbol = place.space === 'gva' ? this.debuggee.describe(this.cpu, place.address) : undefined;
    if (symbol !== undefined) parts.push({ name: 'symbol', value: symbol });
    const bytes = readSpace(this.debuggee, this.cpu, place, 8);
    if (bytes.length === 8) {
      const word = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
      parts.push({ name: '[0]', value: hex(word), type: 'the 64 bits there', memoryReference: memoryReference(place) });
    }
    return parts;
  }

  private guestPhysical({ space, address }: { readonly space: Space; readonly address: bigint }): number | undefined {
    if (space === 'gva') return this.debuggee.locate(this.cpu, address);
    return space === 'gpa' ? Number(address) : this.debuggee.guest.toGuest(Number(address));
  }
}

/** As JavaScript has it, but for the zero that it hides. */
export function realText(value: number): string {
  return Object.is(value, -0) ? '-0' : `${value}`;
}

const causes: ReadonlySet<CsrDescription> = new Set<CsrDescription>([Csr.mcause, Csr.scause, Csr.vscause]);
const vectors: ReadonlySet<CsrDescription> = new Set<CsrDescription>([Csr.mtvec, Csr.stvec, Csr.vstvec]);

function fieldText(field: CsrField, value: bigint): string {
  const name = field.values?.[Number(value)];
  const number = value < 10n ? `${value}` : hex(value);
  return name === undefined ? number : `${number} (${name})`;
}

function fieldSetting(field: CsrField, value: bigint): string {
  const name = field.values?.[Number(value)];
  if (name !== undefined) return `${field.name}=${name}`;
  return field.high === field.low ? field.name : `${field.name}=${value < 10n ? value : hex(value)}`;
}

/** What scause or mcause says. */
function causeText(value: bigint): string {
  const isInterrupt = value >> 63n === 1n;
  return causeOf(Number(BigInt.asUintN(32, value)), isInterrupt).name;
}

export const satpText = (value: bigint): string => spaceText(value, `ASID ${asidOf(value)}`);

const hgatpText = (value: bigint): string => spaceText(value, `VMID ${vmidOf(value)}`, 'x4');

/** `0x8000000000080203 (Sv39, ASID 0, root 0x80203000)`, `0x0 (Bare)`. @param suffix of the scheme's name */
function spaceText(value: bigint, space: string, suffix = ''): string {
  const mode = Number(valueOfField(Csr.satp, 'MODE', value));
  if (mode === PagingMode.bare) return `${hex(value)} (Bare${value === 0n ? '' : `, ${space}`})`;
  const isKnown = mode === PagingMode.sv39 || mode === PagingMode.sv48;
  const name = isKnown ? `${modeOf(value) === 'sv48' ? 'Sv48' : 'Sv39'}${suffix}` : `MODE ${mode}`;
  return `${hex(value)} (${name}, ${space}, root ${hex(rootOf(value))})`;
}
