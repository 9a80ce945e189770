/** What a hart does of each instruction and CSR access by its mode, and which bit decides that (manual, volume II). */
import { ExceptionCode } from '../causes';
import { Csr, type CsrDescription, csrLevel, HYPERVISOR_CSR_LEVEL, lowMask, machineCsrGroups } from '../csr';
import { extensionNamed } from '../extensions';
import type { SystemOperation } from '../semantics';
import { baseOf, systemOperationOf } from '../table';
import type { Instruction } from '../types';
import { classicHole } from './classic-holes';
import type { CsrAccess, Use } from './use';

/** The modes below M. Without H there are S, which is HS here, and U. */
export type HartMode = 'hs' | 'u' | 'vs' | 'vu';

/** In the registers that enable counters. */
export const ALL_COUNTERS = -1;
/** cycle, time and instret, which firmware leaves to U-mode. */
export const COMMON_COUNTERS =
  lowMask(Csr.scounteren, 'CY') | lowMask(Csr.scounteren, 'TM') | lowMask(Csr.scounteren, 'IR');

/** What of a hart's options, and of what software has set, decides what a mode may do. `mstatus.FS` is not Off. */
export interface Controls {
  /** H is there. */
  readonly hypervisor: boolean;
  /** Sstc is there, and enabled for all modes. */
  readonly supervisorTimer: boolean;
  /** scounteren: what U-mode, and with hcounteren VU-mode, may read. */
  readonly scounteren: number;
  /** hcounteren: what VS- and VU-mode may read. */
  readonly hcounteren: number;
  /** hstatus.VTW: wfi of VS-mode traps. */
  readonly VTW: boolean;
  /** U-mode reads and writes more than it should: see `classicHoles`. */
  readonly classicHoles: boolean;
}

export type HartAnswer =
  /** The hart does it. @param csr what it reaches in the place of the CSR that was named */
  | { readonly kind: 'runs'; readonly csr?: CsrDescription | undefined }
  /** It does something else than it was asked for, and nobody learns of it. */
  | { readonly kind: 'silent'; readonly effect: 'returns' | 'ignored' }
  /** @param by what decides that: a bit, or the mode */
  | { readonly kind: 'traps'; readonly cause: number; readonly by: string };

const RUNS: HartAnswer = { kind: 'runs' };
const { illegalInstruction, virtualInstruction } = ExceptionCode;

const traps = (cause: number, by: string): HartAnswer => ({ kind: 'traps', cause, by });

/** In every mode, as the exception of that. */
const always = (cause: number): HartAnswer => traps(cause, `as cause ${cause}`);

const modeNames: Readonly<Record<HartMode, string>> = { hs: 'S-mode', u: 'U-mode', vs: 'VS-mode', vu: 'VU-mode' };
const isVirtual = (mode: HartMode): boolean => mode === 'vs' || mode === 'vu';

/** What a mode is too low for: with V = 1 a virtual instruction, where HS-mode could do it ("Trap Cause Codes" of the hypervisor extension). */
const beyond = (mode: HartMode): HartAnswer =>
  traps(isVirtual(mode) ? virtualInstruction : illegalInstruction, modeNames[mode]);

export function hartAnswer(use: Use, mode: HartMode, controls: Controls): HartAnswer {
  return 'csr' in use ? answerToAccess(use.csr, use.access, mode, controls) : answerTo(use.instruction, mode, controls);
}

function answerTo(instruction: Instruction, mode: HartMode, { hypervisor, VTW }: Controls): HartAnswer {
  const { extension } = instruction;
  const operation = systemOperationOf(baseOf(instruction));
  const isHypervisors = operation !== undefined && hypervisorOperations.has(operation);
  if (extensionNamed(extension).support !== 'runs' || operation === 'illegal' || (isHypervisors && !hypervisor))
    return traps(illegalInstruction, 'no such instruction in the machine');
  if (instruction.privilege === 'm') return traps(illegalInstruction, modeNames[mode]);
  switch (operation) {
    case 'ecall':
      return always(environmentCalls[mode]);
    case 'ebreak':
      return always(ExceptionCode.breakpoint);
    case 'wfi':
      if (mode === 'vs' && VTW) return traps(virtualInstruction, '`hstatus.VTW`');
      return mode === 'hs' || mode === 'vs' ? RUNS : beyond(mode);
  }
  if (isHypervisors) return mode === 'hs' ? RUNS : beyond(mode);
  const isSupervisors = instruction.privilege === 's' && (mode === 'u' || mode === 'vu');
  return isSupervisors ? beyond(mode) : RUNS;
}

/** What is of H, hinval of Svinval included; `hstatus.HU` is 0. */
const hypervisorOperations: ReadonlySet<SystemOperation> = new Set([
  'hfence.vvma',
  'hfence.gvma',
  'hypervisor-load',
  'hypervisor-store',
]);

const environmentCalls: Readonly<Record<HartMode, number>> = {
  hs: ExceptionCode.supervisorEcall,
  u: ExceptionCode.userEcall,
  vs: ExceptionCode.virtualSupervisorEcall,
  vu: ExceptionCode.userEcall,
};

function answerToAccess(csr: CsrDescription, access: CsrAccess, mode: HartMode, controls: Controls): HartAnswer {
  if (!isThere(csr, controls)) return traps(illegalInstruction, 'no such CSR in the machine');
  if (access === 'write' && csr.readOnly) return traps(illegalInstruction, 'read-only, by bits 11:10 of its number');
  const level = csrLevel(csr.number);
  if (csr.privilege === 'm') return traps(illegalInstruction, modeNames[mode]);
  if (level === HYPERVISOR_CSR_LEVEL) return mode === 'hs' ? RUNS : beyond(mode);
  if (csr.privilege === 's') {
    if (mode === 'hs') return RUNS;
    if (mode === 'vs') return { kind: 'runs', csr: csr.virtual };
    const hole = mode === 'u' && controls.classicHoles ? classicHole(csr.number, access) : undefined;
    return hole ? { kind: 'silent', effect: hole.effect } : beyond(mode);
  }
  return csr.group === 'user-counters' ? answerToCounter(csr, mode, controls) : RUNS;
}

function isThere(csr: CsrDescription, { hypervisor, supervisorTimer }: Controls): boolean {
  if (csr === Csr.stimecmp) return supervisorTimer;
  if (csr === Csr.vstimecmp) return supervisorTimer && hypervisor;
  return machineCsrGroups.has(csr.group) && (csr.group !== 'hypervisor' || hypervisor);
}

/** Each mode's counters are enabled by those above it; mcounteren enables all. */
function answerToCounter(csr: CsrDescription, mode: HartMode, { scounteren, hcounteren }: Controls): HartAnswer {
  if (isVirtual(mode) && !enables(hcounteren, csr)) return traps(virtualInstruction, '`hcounteren`');
  if ((mode === 'u' || mode === 'vu') && !enables(scounteren, csr))
    return traps(mode === 'u' ? illegalInstruction : virtualInstruction, '`scounteren`');
  return RUNS;
}

/** Each counter has the bit of its place among them, in all registers that enable them. */
const enables = (counters: number, { number }: CsrDescription): boolean =>
  ((counters >>> (number - Csr.cycle.number)) & 1) !== 0;
