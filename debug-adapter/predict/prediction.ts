import { evaluate } from '../../simulator/expression/evaluate';
import type { CpuMode, CpuState } from '../../simulator/hypervisor/cpu';
import { exceptionCauses } from '../../simulator/isa/index';
import { Pte } from '../../simulator/mmu/index';
import type { Debuggee } from '../debuggee';
import { MachineEnvironment } from '../expression/machine-environment';
import { hex } from '../format';
import { inWorld, worldName } from '../inspect/worlds';
import type { Predicted, Predictions } from '../protocol';
import { RequestError } from '../request-error';
import type { GuestStep } from '../run/guest-stepping';
import { isLeaf, isValid } from '../views/page-entries';
import { findTranslation } from '../views/translation';
import { compare, type Meant, type Wording } from './compare';
import { type LeafBits, predictable, translatedAccess } from './questions';
import { WatchedStep } from './watched-step';

/** A step of one instruction of which somebody has said what will come. */
export class Prediction {
  readonly watched: WatchedStep;
  private readonly meant: Meant;
  private readonly place: string;
  private readonly instruction: string;
  private readonly access;
  private readonly mode: CpuMode;

  /** @throws RequestError where nothing can be predicted now, or where the address is no expression */
  constructor(
    private readonly step: GuestStep,
    predictions: Predictions,
  ) {
    const { debuggee, cpu } = step;
    const asked = predictable(debuggee, cpu);
    if ('refusal' in asked) throw new RequestError(asked.refusal);
    const { pc, ...others } = predictions;
    this.meant = { ...others, ...(pc === undefined ? {} : { pc: predictedAddress(debuggee, cpu, pc) }) };
    this.place = asked.place;
    this.instruction = asked.instruction;
    this.access = translatedAccess(debuggee, cpu);
    this.mode = { privilege: cpu.privilege, virtual: cpu.virtual };
    this.watched = new WatchedStep(step);
  }

  /** What was predicted beside what has come, once the machine stands again. */
  result(): Predicted {
    const { debuggee, cpu } = this.step;
    const { place, instruction, watched } = this;
    const words: Wording = {
      addressInWords(address) {
        const symbol = debuggee.describe(cpu, address);
        return symbol === undefined ? hex(address) : `${symbol} (${hex(address)})`;
      },
      causeInWords: (id) => exceptionCauses.find((cause) => cause.id === id)?.name ?? id,
    };
    if (!watched.isOver) return { place, instruction, isOver: false, answers: [] };
    const { cause, handler } = watched;
    const came = { pc: cpu.pc, mode: worldName(debuggee, cpu), cause, handler, leaf: this.leaf() };
    return { place, instruction, isOver: true, answers: compare(this.meant, came, words) };
  }

  /** A and D of the entry that translates what the instruction accessed, in the mode in which it did. */
  private leaf(): LeafBits | undefined {
    const { access, mode } = this;
    if (!access) return undefined;
    const { debuggee, cpu } = this.step;
    const { steps } = findTranslation(debuggee, inWorld(cpu, mode), access.address, access.access, true);
    const last = steps.filter(({ stage }) => stage !== 'g').at(-1);
    if (!last || !isValid(last) || !isLeaf(last)) return 'absent';
    const [a, d] = [(last.low & Pte.A) !== 0, (last.low & Pte.D) !== 0];
    return a ? (d ? 'ad' : 'a') : d ? 'd' : 'neither';
  }
}

/** What somebody means who says where a CPU will be. @throws RequestError, ExpressionError */
export function predictedAddress(debuggee: Debuggee, cpu: CpuState, expression: string): bigint {
  const environment = new MachineEnvironment(debuggee, cpu, { readOnly: 'a prediction changes nothing' });
  return evaluate(expression, environment).bits;
}
