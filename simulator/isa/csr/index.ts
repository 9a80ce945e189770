/** Control and status registers: what is known of each, by object (`Csr.satp`), by number and by name. */

import { otherCsrs, rv32Csrs, vectorCsrs } from './absent';
import { counterCsrs } from './counters';
import { type CsrDescription, type CsrGroup, virtualCsrs } from './description';
import { floatCsrs } from './float';
import { hypervisorCsrs } from './hypervisor';
import { machineCsrs } from './machine';
import { supervisorCsrs } from './supervisor';
import { debugCsrs, triggerCsrs } from './triggers';

export {
  between,
  type CsrDescription,
  type CsrField,
  type CsrGroup,
  csrLevel,
  family,
  HYPERVISOR_CSR_LEVEL,
  isReadOnlyCsr,
} from './description';
export { PagingMode } from './fields';
export { fieldShift, fieldValue, highMask, lowMask, valueOfField } from './masks';

/** What the machine has (M-, HS-, U-, VS- and VU-mode); access to others is an illegal instruction. */
const implemented = {
  ...machineCsrs,
  ...supervisorCsrs,
  ...counterCsrs,
  ...floatCsrs,
  ...hypervisorCsrs,
  ...virtualCsrs(supervisorCsrs),
  ...triggerCsrs,
};

export type MachineCsrName = keyof typeof implemented;

export const Csr = {
  ...implemented,
  ...debugCsrs,
  ...vectorCsrs,
  ...otherCsrs,
  ...rv32Csrs,
};

export const csrs: readonly CsrDescription[] = Object.values(Csr);

/** The CSRs of other groups are known, and not there. */
export const machineCsrGroups: ReadonlySet<CsrGroup> = new Set(Object.values(implemented).map(({ group }) => group));

const byName = new Map(csrs.map((entry) => [entry.name, entry]));
const byNumber = new Map(csrs.map((entry) => [entry.number, entry]));

/** Old spellings, and names for one use of a register, that GNU as takes. */
const oldNames: ReadonlyMap<string, CsrDescription> = new Map<string, CsrDescription>([
  ['mbadaddr', Csr.mtval],
  ['sbadaddr', Csr.stval],
  ['sptbr', Csr.satp],
  ['mucounteren', Csr.mcountinhibit],
  ['dscratch', Csr.dscratch0],
  ['ubadaddr', Csr.utval],
  ['mcontrol', Csr.tdata1],
  ['mcontrol6', Csr.tdata1],
  ['icount', Csr.tdata1],
  ['itrigger', Csr.tdata1],
  ['etrigger', Csr.tdata1],
  ['tmexttrigger', Csr.tdata1],
  ['textra32', Csr.tdata3],
  ['textra64', Csr.tdata3],
]);

export function csrNamed(name: string): CsrDescription | undefined {
  return byName.get(name) ?? oldNames.get(name);
}

export function csrNumbered(number: number): CsrDescription | undefined {
  return byNumber.get(number);
}

/** The name of a CSR, or its number in hexadecimal when it has none. */
export function csrName(number: number): string {
  return byNumber.get(number)?.name ?? `0x${number.toString(16)}`;
}

/** What an access to a CSR reaches when V = 1: another where VS-mode has its own. */
export function virtualCsr(number: number): number {
  return byNumber.get(number)?.virtual?.number ?? number;
}
