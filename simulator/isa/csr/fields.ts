/** Fields that several CSRs have (manual, volume II). */
import { type Cause, Exception, exceptionCauses, type InterruptOwner, interruptCauses } from '../causes';
import type { CsrField } from './description';

export function field<const Name extends string>(
  name: Name,
  high: number,
  low: number,
  summary: string,
  values?: Record<number, string>,
): CsrField<Name> {
  return values ? { name, high, low, summary, values } : { name, high, low, summary };
}

export const bit = <const Name extends string>(
  name: Name,
  position: number,
  summary: string,
  values?: Record<number, string>,
): CsrField<Name> => field(name, position, position, summary, values);

const extensionState = { 0: 'Off', 1: 'Initial', 2: 'Clean', 3: 'Dirty' };
export const width = { 1: '32', 2: '64', 3: '128' };

const SD = bit('SD', 63, 'some of FS, VS, XS is Dirty');
const UXL = field('UXL', 33, 32, 'XLEN of U-mode', width);
const MXR = bit('MXR', 19, 'loads may read executable pages');
const SUM = bit('SUM', 18, 'S-mode loads and stores may touch user pages');
const XS = field('XS', 16, 15, 'state of other extensions', extensionState);
const FS = field('FS', 14, 13, 'state of the floating-point unit', extensionState);
const VS = field('VS', 10, 9, 'state of the vector unit', extensionState);
const SPP = bit('SPP', 8, 'privilege before the trap into S-mode', { 0: 'U', 1: 'S' });
const UBE = bit('UBE', 6, 'U-mode data is big-endian');
const SPIE = bit('SPIE', 5, 'SIE before the trap into S-mode');
const SIE = bit('SIE', 1, 'interrupts are taken in S-mode');

export const supervisorStatus = [SD, UXL, MXR, SUM, XS, FS, VS, SPP, UBE, SPIE, SIE] as const;

export const machineStatus = [
  SD,
  bit('MPV', 39, 'V before the trap into M-mode'),
  bit('GVA', 38, 'mtval is a guest virtual address'),
  bit('MBE', 37, 'M-mode data is big-endian'),
  bit('SBE', 36, 'S-mode data is big-endian'),
  field('SXL', 35, 34, 'XLEN of S-mode', width),
  UXL,
  bit('TSR', 22, 'sret in S-mode traps'),
  bit('TW', 21, 'wfi below M-mode traps'),
  bit('TVM', 20, 'satp and sfence.vma in S-mode trap'),
  MXR,
  SUM,
  bit('MPRV', 17, 'loads and stores act with the privilege in MPP'),
  XS,
  FS,
  field('MPP', 12, 11, 'privilege before the trap into M-mode', { 0: 'U', 1: 'S', 3: 'M' }),
  VS,
  SPP,
  bit('MPIE', 7, 'MIE before the trap into M-mode'),
  UBE,
  SPIE,
  bit('MIE', 3, 'interrupts are taken in M-mode'),
  SIE,
] as const;

/** Interrupts by their bits, from the highest down: those of some owners, where a CSR has them. */
export function interruptBits(suffix: string, summary: string, owners: readonly InterruptOwner[]): readonly CsrField[] {
  return [...interruptCauses]
    .reverse()
    .filter(({ owner }) => owners.includes(owner))
    .map(({ code, letters, name }) => bit(`${letters}I${suffix}`, code, `${lowered(name)} ${summary}`));
}

const lowered = (name: string): string => `${name.charAt(0).toLowerCase()}${name.slice(1)}`;

/** Whose interrupts mip, mie and mideleg have, and hip and hie; sip and sie have the supervisor's, hvip and hideleg those of VS-mode. */
export const allOwners: readonly InterruptOwner[] = ['machine', 'supervisor', 'virtual-supervisor', 'hypervisor'];
export const addedOwners: readonly InterruptOwner[] = ['virtual-supervisor', 'hypervisor'];

export const trapVector = [
  field('BASE', 63, 2, 'address of the trap handler, bits 63:2'),
  field('MODE', 1, 0, 'where interrupts go', { 0: 'Direct', 1: 'Vectored' }),
] as const;

export const trapCause = [
  bit('Interrupt', 63, 'the trap is an interrupt'),
  field('Code', 62, 0, 'exception or interrupt code'),
] as const;

export const counterEnable = [
  field('HPM', 31, 3, 'hpmcounter3 to hpmcounter31 may be read below'),
  bit('IR', 2, 'instret may be read below'),
  bit('TM', 1, 'time may be read below'),
  bit('CY', 0, 'cycle may be read below'),
] as const;

export const environment = [
  bit('CBZE', 7, 'cbo.zero may be executed'),
  bit('CBCFE', 6, 'cbo.clean and cbo.flush may be executed'),
  field('CBIE', 5, 4, 'what cbo.inval does', { 0: 'traps', 1: 'flushes', 3: 'invalidates' }),
  bit('FIOM', 0, 'fences of device accesses also order memory'),
] as const;

export const environmentBelow = (timer: string) =>
  [
    bit('STCE', 63, `${timer} may be used`),
    bit('PBMTE', 62, 'page-table entries have memory types'),
    bit('ADUE', 61, 'the machine sets A and D of page-table entries'),
    ...environment,
  ] as const;

/** MODE of satp, vsatp, and hgatp, where schemes have two more address bits. */
export const PagingMode = { bare: 0, sv39: 8, sv48: 9, sv57: 10 } as const;

export const addressSpace = <const Name extends string>(space: Name, spaceHigh: number, what: string, suffix = '') =>
  [
    field('MODE', 63, 60, 'translation scheme', {
      [PagingMode.bare]: 'Bare',
      [PagingMode.sv39]: `Sv39${suffix}`,
      [PagingMode.sv48]: `Sv48${suffix}`,
      [PagingMode.sv57]: `Sv57${suffix}`,
    }),
    field(space, spaceHigh, 44, what),
    field('PPN', 43, 0, 'physical page of the root table'),
  ] as const;

export const guestPhysicalAddress = [field('GPA', 63, 0, 'guest physical address, shifted right by 2')] as const;

/** Exceptions by their bits, from the highest down; that of a call from M-mode is never delegated. */
export const delegatedExceptions = (mode: string, isDelegated: (cause: Cause) => boolean): readonly CsrField[] =>
  [...exceptionCauses]
    .reverse()
    .filter((cause) => cause !== Exception.machineEcall && isDelegated(cause))
    .map(({ code, name }) => bit(`E${code}`, code, `${lowered(name)} goes to ${mode}`));
