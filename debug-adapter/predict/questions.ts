import type { CpuState } from '../../simulator/hypervisor/cpu';
import { type Cause, exceptionCauses, usesFloat } from '../../simulator/isa/index';
import type { Access } from '../../simulator/mmu/index';
import { Privilege } from '../../simulator/mmu/index';
import type { Debuggee } from '../debuggee';
import { hex } from '../format';
import { instructionText } from '../inspect/exit-text';
import { satpOf, usesHypervisor, worldName } from '../inspect/worlds';
import { NO_TRAP, type Predictable, type PredictionChoice, type PredictionQuestion, type WorldName } from '../protocol';
import { presentInstruction } from '../step-targets/coming-trap';

/** An interrupt is taken before the instruction. */
export const INTERRUPTED = 'interrupt';

const MODES: Readonly<Record<WorldName, string>> = {
  M: 'machine mode: firmware',
  HS: 'hypervisor-extended supervisor mode: a hypervisor, or its kernel',
  S: 'supervisor mode: a kernel',
  U: 'user mode',
  VS: 'virtual supervisor mode: a guest’s kernel',
  VU: 'virtual user mode: a guest’s programs',
};

/** Who may handle a trap, by the answer's name. */
export const HANDLERS = {
  guest: 'the guest’s own handler',
  vmm: 'the VMM',
  'vmm-guest': 'the VMM, which hands it on to the guest’s own handler',
  firmware: 'the firmware',
  'firmware-guest': 'the firmware, which hands it on to the guest’s own handler',
} as const;
export type HandlerName = keyof typeof HANDLERS;

/** What may become of A and D in the leaf entry of the guest's table. */
export const LEAF_BITS = {
  neither: 'neither A nor D is set',
  a: 'A is set, D is not',
  d: 'D is set, A is not',
  ad: 'A and D are set',
  absent: 'there is no leaf entry for the address',
} as const;
export type LeafBits = keyof typeof LEAF_BITS;

/** An access of the coming instruction that the guest's own tables translate. */
export interface TranslatedAccess {
  readonly address: bigint;
  readonly access: Access;
}

/** What can be predicted of the instruction at which a CPU stands. Nothing here tells what will come: the instruction's kind alone decides. */
export function predictable(debuggee: Debuggee, cpu: CpuState): Predictable {
  const place = debuggee.describe(cpu, cpu.pc) ?? hex(cpu.pc);
  if (debuggee.handlerOf(cpu))
    return { place, refusal: 'a handler has the CPU: step out of it first, to an instruction of the guest' };
  if (!debuggee.hasHart(cpu)) return { place, refusal: 'the virtual CPU has no hart now: another one runs there' };
  return {
    place,
    instruction: instructionText(debuggee, cpu, cpu.pc) ?? 'an instruction that cannot be read here',
    questions: questionsAt(debuggee, cpu),
  };
}

function questionsAt(debuggee: Debuggee, cpu: CpuState): PredictionQuestion[] {
  const leaf: PredictionQuestion = {
    id: 'leaf',
    text: 'Which of A and D does the leaf entry of the guest’s table for its address have then?',
    choices: choicesOf(LEAF_BITS),
  };
  return [
    {
      id: 'pc',
      text: 'Where is the guest then? A symbol, an address, or an expression such as pc + 4',
    },
    { id: 'mode', text: 'In which mode is it then?', choices: modes(debuggee, cpu) },
    ...(mayTrap(debuggee, cpu)
      ? [
          {
            id: 'cause',
            text: 'Does this instruction trap, and for which cause? The first one counts',
            choices: causes(debuggee, cpu),
          } as const,
          {
            id: 'handler',
            text: 'Who handles the trap?',
            choices: handlers(debuggee),
            askedOfTraps: true,
          } as const,
        ]
      : []),
    ...(translatedAccess(debuggee, cpu) ? [leaf] : []),
  ];
}

/** Whether instructions of this kind may trap here: each one by its fetch where that is translated; else those that do not only compute. */
function mayTrap(debuggee: Debuggee, cpu: CpuState): boolean {
  const instruction = presentInstruction(debuggee, cpu);
  if (!instruction || debuggee.vm || cpu.virtual || isPaged(cpu)) return true;
  const { operation, accesses, decoded } = instruction;
  return operation !== undefined || accesses.length > 1 || usesFloat(decoded.instruction);
}

/** Whether the guest's own tables translate what a CPU accesses. */
function isPaged(cpu: CpuState): boolean {
  return cpu.privilege !== Privilege.machine && satpOf(cpu) >> 60n !== 0n;
}

/** The access to memory of the instruction at which a CPU stands, where the guest has paging on. */
export function translatedAccess(debuggee: Debuggee, cpu: CpuState): TranslatedAccess | undefined {
  if (!isPaged(cpu)) return undefined;
  const [, access] = presentInstruction(debuggee, cpu)?.accesses ?? [];
  return access;
}

function modes(debuggee: Debuggee, cpu: CpuState): PredictionChoice[] {
  const ofGuest: readonly WorldName[] = ['U', 'S'];
  const ofHypervisor: readonly WorldName[] = ['U', 'HS', 'VU', 'VS'];
  const known = usesHypervisor(debuggee, cpu) ? ofHypervisor : ofGuest;
  // A guest of a VMM has no M-mode, nor has one that runs above firmware which is HyperStep's.
  const hasMachine = debuggee.guest.sbi === undefined || worldName(debuggee, cpu) === 'M';
  return [...known, ...(hasMachine ? (['M'] as const) : [])].map((name) => ({
    id: name,
    label: `${name}-mode`,
    description: MODES[name],
  }));
}

function causes(debuggee: Debuggee, cpu: CpuState): PredictionChoice[] {
  const hasGuests = debuggee.vm !== undefined || usesHypervisor(debuggee, cpu);
  return [
    { id: NO_TRAP, label: 'It does not trap' },
    ...exceptionCauses
      .filter(({ ofHypervisor, kind }: Cause) => kind !== 'reserved' && (hasGuests || ofHypervisor !== true))
      .map(({ id, name }) => ({ id, label: name })),
    { id: INTERRUPTED, label: 'An interrupt comes first' },
  ];
}

function handlers(debuggee: Debuggee): PredictionChoice[] {
  const software = debuggee.vm ? 'vmm' : debuggee.guest.sbi ? 'firmware' : undefined;
  return choicesOf(HANDLERS).filter(({ id }) => id === 'guest' || (software !== undefined && id.startsWith(software)));
}

function choicesOf(words: Readonly<Record<string, string>>): PredictionChoice[] {
  return Object.entries(words).map(([id, text]) => ({ id, label: `${text[0]?.toUpperCase()}${text.slice(1)}` }));
}
