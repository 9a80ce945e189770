/** What is known of a control and status register, and how the table's entries become that. */
import type { PrivilegeName } from '../types';

export interface CsrField<Name extends string = string> {
  readonly name: Name;
  readonly high: number;
  readonly low: number;
  readonly summary: string;
  /** Names of values where they have any ('0': 'Bare', '8': 'Sv39'). */
  readonly values?: Readonly<Record<number, string>>;
}

export interface CsrDescription<FieldName extends string = string> {
  /** 0..0xfff */
  readonly number: number;
  readonly name: string;
  /** From bits 9:8 of the number, as the manual's CSR address convention says; hypervisor CSRs count as 's'. */
  readonly privilege: PrivilegeName;
  /** Bits 11:10 of the number are 3. */
  readonly readOnly: boolean;
  readonly summary: string;
  /** From the highest bit down. Bits that none of them has are reserved (WPRI). */
  readonly fields: readonly CsrField<FieldName>[];
  /** The extension or group that it comes with; the machine implements those of `machineCsrGroups`. */
  readonly group: CsrGroup;
  /** What an access to it reaches when V = 1 (manual, volume II, "Hypervisor and Virtual Supervisor CSRs"). */
  readonly virtual?: CsrDescription<FieldName>;
}

export type CsrGroup =
  | 'machine'
  | 'supervisor'
  | 'user-counters'
  | 'float'
  | 'hypervisor'
  | 'triggers'
  | 'debug'
  | 'vector'
  | 'rv32'
  | 'other';

/** What the table says of a CSR. */
export interface CsrEntry {
  readonly number: number;
  readonly summary: string;
  readonly fields?: readonly CsrField[];
  /** The number of the register of the same form that VS-mode has in its place. */
  readonly virtual?: number;
}

type CsrEntries = Readonly<Record<string, CsrEntry>>;

type FieldNameOf<Entry> = Entry extends { readonly fields: readonly CsrField<infer Name>[] } ? Name : never;

export type CsrsOf<Entries> = {
  readonly [Name in keyof Entries]: CsrDescription<FieldNameOf<Entries[Name]>>;
};

/** Those that VS-mode has in place of a group's, by their names. */
export type VirtualCsrsOf<Entries> = {
  readonly [Name in keyof Entries & string as Entries[Name] extends { readonly virtual: number }
    ? `v${Name}`
    : never]: CsrDescription<FieldNameOf<Entries[Name]>>;
};

/** Bits 9:8 of a number: the lowest privilege that reaches it (manual, volume II, "CSR Address Mapping Conventions"). */
export const csrLevel = (number: number): number => (number >> 8) & 3;
export const isReadOnlyCsr = (number: number): boolean => number >> 10 === 3;

/** The level of the CSRs that HS-mode uses for its guests. */
export const HYPERVISOR_CSR_LEVEL = 2;

/** By the level. */
const privilegeOfNumber: readonly PrivilegeName[] = ['u', 's', 's', 'm'];

function described(group: CsrGroup, name: string, { number, summary, fields, virtual }: CsrEntry): CsrDescription {
  const description = {
    number,
    name,
    privilege: privilegeOfNumber[csrLevel(number)] ?? 'm',
    readOnly: isReadOnlyCsr(number),
    summary,
    fields: fields ?? [],
    group,
  };
  return virtual === undefined ? description : { ...description, virtual: virtualOf(name, virtual, fields) };
}

const virtualOf = (name: string, number: number, fields: CsrEntry['fields']): CsrDescription =>
  described('hypervisor', `v${name}`, { number, summary: `${name} of VS-mode`, ...(fields && { fields }) });

export function csrGroup<const Entries extends CsrEntries>(group: CsrGroup, entries: Entries): CsrsOf<Entries> {
  const found = Object.entries(entries).map(([name, entry]) => [name, described(group, name, entry)]);
  return Object.fromEntries(found) as CsrsOf<Entries>;
}

export function virtualCsrs<Entries>(csrs: CsrsOf<Entries>): VirtualCsrsOf<Entries> {
  const all: readonly CsrDescription[] = Object.values(csrs);
  const found = all.flatMap(({ virtual }) => (virtual ? [[virtual.name, virtual]] : []));
  return Object.fromEntries(found) as VirtualCsrsOf<Entries>;
}

type UpTo<Last extends number, Below extends readonly number[] = []> = Below['length'] extends Last
  ? Below[number] | Last
  : UpTo<Last, [...Below, Below['length']]>;

/** The numbers from First to Last. */
export type Between<First extends number, Last extends number> = Exclude<UpTo<Last>, UpTo<First>> | First;

export function between<First extends number, Last extends number>(first: First, last: Last): Between<First, Last>[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index) as Between<First, Last>[];
}

/** What is the same for all registers of a family, by their names: index behind `prefix`, then `suffix`. */
export function family<Prefix extends string, Index extends number, Of, Suffix extends string = ''>(
  prefix: Prefix,
  indices: readonly Index[],
  of: (index: Index) => Of,
  suffix = '' as Suffix,
): Readonly<Record<`${Prefix}${Index}${Suffix}`, Of>> {
  return Object.fromEntries(indices.map((index) => [`${prefix}${index}${suffix}`, of(index)])) as Readonly<
    Record<`${Prefix}${Index}${Suffix}`, Of>
  >;
}

/** Entries of registers that differ in their index alone. @param number that of index 0, which need not exist */
export const numbered =
  (number: number, summary: string) =>
  (index: number): { readonly number: number; readonly summary: string } => ({ number: number + index, summary });
