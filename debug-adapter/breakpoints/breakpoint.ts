import type { DebugProtocol } from '@vscode/debugprotocol';
import {
  type Environment,
  evaluate,
  evaluateParsed,
  isFloat,
  isTrue,
  numberOf,
  realOf,
} from '../../simulator/expression/evaluate';
import { parseExpression } from '../../simulator/expression/parse';
import type { Expression } from '../../simulator/expression/syntax';
import type { CpuState } from '../../simulator/hypervisor/cpu';
import type { Debuggee } from '../debuggee';
import { hex, messageOf } from '../format';
import { formatted, splitFormat } from '../inspect/values/number-format';
import { realText } from '../inspect/values/values';
import { parseHitCondition } from './hit-condition';

/** What a client says of when a breakpoint counts, and whether it stops or only logs. */
export interface Conditions {
  readonly condition?: string;
  readonly hitCondition?: string;
  readonly logMessage?: string;
}

/** Where a breakpoint is: an instruction of a guest by its linked address, wherever that is mapped, and by the loaded bytes. */
export interface CodePlace {
  readonly debuggee: Debuggee;
  readonly virtual: bigint;
  /** GPA. */
  readonly physical?: number;
  /** Whose code is to be there, where several programs are linked to be at the address: as its symbols and lines have it. */
  readonly linked?: bigint;
}

export type BreakpointTarget =
  | { readonly kind: 'code'; readonly places: readonly CodePlace[]; readonly inBody?: boolean }
  /** Steps of the VMM, by their sites. */
  | { readonly kind: 'vmm'; readonly sites: ReadonlySet<number> }
  | {
      readonly kind: 'memory';
      readonly hpa: number;
      readonly length: number;
      readonly read: boolean;
      readonly write: boolean;
      /** The place as the guest has it. */
      readonly name: string;
    }
  | { readonly kind: 'register'; readonly cpu: CpuState; readonly name: string; readonly read: () => bigint }
  | { readonly kind: 'none' };

export type BreakpointReason = 'breakpoint' | 'function breakpoint' | 'instruction breakpoint' | 'data breakpoint';

/** What comes of a breakpoint that was reached. */
export type Verdict =
  | { readonly kind: 'stop'; readonly problem?: string }
  | { readonly kind: 'log'; readonly text: string }
  | { readonly kind: 'pass' };

/** A breakpoint of the user, bound to one machine. */
export class Breakpoint {
  private hits = 0;
  private readonly isWanted: (hits: number) => boolean;
  private readonly condition: Expression | undefined;
  /** Why it can never stop; shown with it. */
  readonly problem: string | undefined;

  constructor(
    readonly id: number,
    readonly reason: BreakpointReason,
    readonly conditions: Conditions,
    readonly target: BreakpointTarget,
    /** What the client is told of it: where it ended up, or why nowhere. */
    private readonly shown: Omit<DebugProtocol.Breakpoint, 'id' | 'verified'>,
  ) {
    let wanted: (hits: number) => boolean = () => true;
    try {
      if (conditions.hitCondition?.trim()) wanted = parseHitCondition(conditions.hitCondition);
      if (conditions.condition?.trim()) this.condition = parseExpression(conditions.condition);
    } catch (error) {
      this.problem = messageOf(error);
    }
    this.isWanted = wanted;
  }

  get isVerified(): boolean {
    return this.problem === undefined && this.target.kind !== 'none';
  }

  show(): DebugProtocol.Breakpoint {
    const { id, isVerified, problem, shown } = this;
    return { id, verified: isVerified, ...shown, ...(problem === undefined ? {} : { message: problem }) };
  }

  /** The machine has reached it: whether it counts this time, and what follows. */
  reached(environment: Environment): Verdict {
    const { condition, logMessage } = this.conditions;
    if (!this.isVerified) return { kind: 'pass' };
    if (this.condition) {
      try {
        if (!isTrue(evaluateParsed(this.condition, environment))) return { kind: 'pass' };
      } catch (error) {
        return { kind: 'stop', problem: `the condition '${condition}' has no value: ${messageOf(error)}` };
      }
    }
    this.hits++;
    if (!this.isWanted(this.hits)) return { kind: 'pass' };
    return logMessage === undefined ? { kind: 'stop' } : { kind: 'log', text: interpolate(logMessage, environment) };
  }
}

/** A log message with the values of its `{expressions}`; `{name,s}` is the string at an address, `{a0,c}` a character. */
function interpolate(message: string, environment: Environment): string {
  return message.replace(/\{([^{}]*)\}/g, (_whole, expression: string) => {
    try {
      const { expression: meant, format } = splitFormat(expression);
      const value = evaluate(meant, environment);
      if (format) return formatted(value, format, environment, false);
      if (isFloat(value.type)) return realText(realOf(value));
      const number = numberOf(value);
      return number >= -9n && number <= 9n ? `${number}` : hex(value.bits);
    } catch (error) {
      return `{${messageOf(error)}}`;
    }
  });
}
