import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Place } from '../../../simulator/expression/evaluate';
import type { CpuState } from '../../../simulator/hypervisor/cpu';
import type { MachineOfGuests } from '../../debuggee';
import { threadReference } from '../thread-reference';
import type { Handles } from './handles';

/** Something with parts that a client can unfold. */
export interface Container {
  children(): readonly Child[];
}

/** A name and what it has, as a client shows it. */
export interface Child {
  readonly name: string;
  readonly value: string;
  readonly type?: string;
  /** What it is made of. */
  readonly parts?: Container;
  readonly memoryReference?: string;
  /** An expression that has the same value. */
  readonly evaluateName?: string;
  /** Where it can be changed. */
  readonly place?: Place;
}

/** A container that a client has a handle of, and the CPU that it is about. */
export interface Held {
  readonly container: Container;
  readonly cpu: CpuState;
}

export function containerOf(children: () => readonly Child[]): Container {
  return { children };
}

export function showChild(
  child: Child,
  machine: MachineOfGuests,
  cpu: CpuState,
  handles: Handles<Held>,
): DebugProtocol.Variable {
  const { name, value, type, parts, memoryReference, evaluateName, place } = child;
  return {
    name,
    value,
    ...(type === undefined ? {} : { type }),
    ...(memoryReference === undefined ? {} : { memoryReference: threadReference(machine, cpu, memoryReference) }),
    ...(evaluateName === undefined ? {} : { evaluateName }),
    ...(place ? {} : { presentationHint: { attributes: ['readOnly'] } }),
    variablesReference: parts ? handles.add({ container: parts, cpu }) : 0,
  };
}
