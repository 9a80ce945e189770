/** Trap causes (manual, volume II, "Machine Cause (mcause) Register"; those of the H extension under "Trap Cause Codes"). */

/** What an access to memory is for. */
export type AccessName = 'read' | 'write' | 'execute';

export type CauseKind =
  | 'misaligned'
  | 'access-fault'
  | 'page-fault'
  /** Of the second stage of translation. */
  | 'guest-page-fault'
  | 'illegal-instruction'
  | 'virtual-instruction'
  | 'breakpoint'
  | 'ecall'
  | 'software'
  | 'timer'
  | 'external'
  | 'reserved';

export interface Cause {
  readonly code: number;
  readonly interrupt: boolean;
  /** As in the manual: 'Store/AMO page fault'. */
  readonly name: string;
  /** 'store-page-fault' */
  readonly id: string;
  readonly kind: CauseKind;
  /** The access that went wrong: then the trap value is its address. */
  readonly access?: AccessName;
  /** The H extension adds it. */
  readonly ofHypervisor?: boolean;
}

/** Whose interrupts they are, in mip and mie: those of VS-mode, and the guest external ones of HS-mode, H adds. */
export type InterruptOwner = 'machine' | 'supervisor' | 'virtual-supervisor' | 'hypervisor';

export interface InterruptCause extends Cause {
  readonly owner: InterruptOwner;
  /** What its bits are called in mip and mie, without the last letters: `SS` of SSIP and SSIE. */
  readonly letters: string;
}

type Numbered<Code extends number, Of extends Cause> = Of & { readonly code: Code };
type Details = Pick<Cause, 'kind' | 'access' | 'ofHypervisor'>;

function exception<const Code extends number>(
  code: Code,
  id: string,
  name: string,
  details: Details,
): Numbered<Code, Cause> {
  return { code, interrupt: false, id, name, ...details };
}

const H = { ofHypervisor: true } as const;

export const Exception = {
  instructionMisaligned: exception(0, 'instruction-misaligned', 'Instruction address misaligned', {
    kind: 'misaligned',
    access: 'execute',
  }),
  instructionAccessFault: exception(1, 'instruction-access-fault', 'Instruction access fault', {
    kind: 'access-fault',
    access: 'execute',
  }),
  illegalInstruction: exception(2, 'illegal-instruction', 'Illegal instruction', { kind: 'illegal-instruction' }),
  breakpoint: exception(3, 'breakpoint', 'Breakpoint', { kind: 'breakpoint' }),
  loadMisaligned: exception(4, 'load-misaligned', 'Load address misaligned', { kind: 'misaligned', access: 'read' }),
  loadAccessFault: exception(5, 'load-access-fault', 'Load access fault', { kind: 'access-fault', access: 'read' }),
  storeMisaligned: exception(6, 'store-misaligned', 'Store/AMO address misaligned', {
    kind: 'misaligned',
    access: 'write',
  }),
  storeAccessFault: exception(7, 'store-access-fault', 'Store/AMO access fault', {
    kind: 'access-fault',
    access: 'write',
  }),
  userEcall: exception(8, 'user-ecall', 'Environment call from U-mode', { kind: 'ecall' }),
  supervisorEcall: exception(9, 'supervisor-ecall', 'Environment call from S-mode', { kind: 'ecall' }),
  virtualSupervisorEcall: exception(10, 'virtual-supervisor-ecall', 'Environment call from VS-mode', {
    kind: 'ecall',
    ...H,
  }),
  machineEcall: exception(11, 'machine-ecall', 'Environment call from M-mode', { kind: 'ecall' }),
  instructionPageFault: exception(12, 'instruction-page-fault', 'Instruction page fault', {
    kind: 'page-fault',
    access: 'execute',
  }),
  loadPageFault: exception(13, 'load-page-fault', 'Load page fault', { kind: 'page-fault', access: 'read' }),
  storePageFault: exception(15, 'store-page-fault', 'Store/AMO page fault', { kind: 'page-fault', access: 'write' }),
  instructionGuestPageFault: exception(20, 'instruction-guest-page-fault', 'Instruction guest-page fault', {
    kind: 'guest-page-fault',
    access: 'execute',
    ...H,
  }),
  loadGuestPageFault: exception(21, 'load-guest-page-fault', 'Load guest-page fault', {
    kind: 'guest-page-fault',
    access: 'read',
    ...H,
  }),
  virtualInstruction: exception(22, 'virtual-instruction', 'Virtual instruction', {
    kind: 'virtual-instruction',
    ...H,
  }),
  storeGuestPageFault: exception(23, 'store-guest-page-fault', 'Store/AMO guest-page fault', {
    kind: 'guest-page-fault',
    access: 'write',
    ...H,
  }),
} as const;

const interruptOwners: Readonly<Record<InterruptOwner, readonly [id: string, words: string]>> = {
  machine: ['machine', 'Machine'],
  supervisor: ['supervisor', 'Supervisor'],
  'virtual-supervisor': ['virtual-supervisor', 'Virtual supervisor'],
  hypervisor: ['supervisor-guest', 'Supervisor guest'],
};

function interrupt<const Code extends number>(
  code: Code,
  owner: InterruptOwner,
  kind: 'software' | 'timer' | 'external',
  letters: string,
): Numbered<Code, InterruptCause> {
  const [id, words] = interruptOwners[owner];
  return { code, interrupt: true, id: `${id}-${kind}`, name: `${words} ${kind} interrupt`, kind, owner, letters };
}

export const Interrupt = {
  supervisorSoftware: interrupt(1, 'supervisor', 'software', 'SS'),
  virtualSupervisorSoftware: interrupt(2, 'virtual-supervisor', 'software', 'VSS'),
  machineSoftware: interrupt(3, 'machine', 'software', 'MS'),
  supervisorTimer: interrupt(5, 'supervisor', 'timer', 'ST'),
  virtualSupervisorTimer: interrupt(6, 'virtual-supervisor', 'timer', 'VST'),
  machineTimer: interrupt(7, 'machine', 'timer', 'MT'),
  supervisorExternal: interrupt(9, 'supervisor', 'external', 'SE'),
  virtualSupervisorExternal: interrupt(10, 'virtual-supervisor', 'external', 'VSE'),
  machineExternal: interrupt(11, 'machine', 'external', 'ME'),
  supervisorGuestExternal: interrupt(12, 'hypervisor', 'external', 'SGE'),
} as const;

export const exceptionCauses: readonly Cause[] = Object.values(Exception);
export const interruptCauses: readonly InterruptCause[] = Object.values(Interrupt);

type CodesOf<Causes extends Readonly<Record<string, Cause>>> = {
  readonly [Name in keyof Causes]: Causes[Name]['code'];
};

function codesOf<Causes extends Readonly<Record<string, Cause>>>(causes: Causes): CodesOf<Causes> {
  return Object.fromEntries(Object.entries(causes).map(([name, { code }]) => [name, code])) as CodesOf<Causes>;
}

/** Exception codes by what they are, for code that raises them. */
export const ExceptionCode = codesOf(Exception);
/** Interrupt codes, which are also bit numbers in mip, mie and mideleg: see `InterruptBit`. */
export const InterruptCode = codesOf(Interrupt);

/** Interrupts by their bits in mip, mie and mideleg. */
export const InterruptBit = Object.fromEntries(
  Object.entries(InterruptCode).map(([name, code]) => [name, 1 << code]),
) as { readonly [Name in keyof typeof InterruptCode]: number };

/** The bits of causes by their codes, as in medeleg and mideleg. */
export const causeBits = (causes: readonly Cause[]): number => causes.reduce((bits, { code }) => bits | (1 << code), 0);

const interruptsOf = (owner: InterruptOwner): number =>
  causeBits(interruptCauses.filter((each) => each.owner === owner));

/** The standard interrupts of M-mode, of S-mode, and those that H adds for VS-mode. */
export const MACHINE_INTERRUPTS = interruptsOf('machine');
export const SUPERVISOR_INTERRUPTS = interruptsOf('supervisor');
export const VIRTUAL_INTERRUPTS = interruptsOf('virtual-supervisor');

const exceptionsByCode = new Map(exceptionCauses.map((cause) => [cause.code, cause]));
const interruptsByCode = new Map(interruptCauses.map((cause) => [cause.code, cause]));

/** The cause of a code; one that the manual reserves gets a plain name. */
export function causeOf(code: number, isInterrupt: boolean): Cause {
  const known = (isInterrupt ? interruptsByCode : exceptionsByCode).get(code);
  if (known) return known;
  const kind = isInterrupt ? 'interrupt' : 'exception';
  const name = `Reserved ${kind} ${code}`;
  return { code, interrupt: isInterrupt, id: `${kind}-${code}`, name, kind: 'reserved' };
}

/** The access of which an exception is the fault; undefined where it is of none. */
export const accessOf = (code: number): AccessName | undefined => exceptionsByCode.get(code)?.access;

/** By access, the codes of the exceptions of a kind that accesses end with. */
function faultCodes(kind: CauseKind): Readonly<Record<AccessName, number>> {
  const codeOf = (access: AccessName): number => {
    const cause = exceptionCauses.find((each) => each.kind === kind && each.access === access);
    if (!cause) throw new RangeError(`no exception is the ${kind} of ${access}`);
    return cause.code;
  };
  return { read: codeOf('read'), write: codeOf('write'), execute: codeOf('execute') };
}

const accessFaults = faultCodes('access-fault');
const pageFaults = faultCodes('page-fault');
const guestPageFaults = faultCodes('guest-page-fault');

/** The code of the exception of an address at which there is nothing for an access. */
export const accessFaultOf = (access: AccessName): number => accessFaults[access];

/** The code of the exception of a page that does not allow an access. */
export const pageFaultOf = (access: AccessName): number => pageFaults[access];

/** The code of the exception of an access that the second stage does not allow. */
export const guestPageFaultOf = (access: AccessName): number => guestPageFaults[access];

/** Whether an exception is of the second stage of translation. */
export const isGuestPageFault = (code: number): boolean => exceptionsByCode.get(code)?.kind === 'guest-page-fault';

/** Whether an exception is of a load or a store for its alignment. */
export const isMisaligned = (code: number): boolean => {
  const cause = exceptionsByCode.get(code);
  return cause?.kind === 'misaligned' && cause.access !== 'execute';
};

/** Set of an interrupt in scause, mcause and vscause (manual, "Supervisor Cause (scause) Register"). */
export const INTERRUPT_CAUSE = 1n << 63n;

/** A cause as such a CSR has it. */
export const causeValue = (code: number, isInterrupt: boolean): bigint =>
  isInterrupt ? INTERRUPT_CAUSE | BigInt(code) : BigInt(code);
