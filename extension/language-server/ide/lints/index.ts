import type { Analysis } from '../analysis';
import { isMnemonic } from '../assembly';
import { lintCallingConvention } from './calling-convention';
import { lintControlFlow } from './control-flow';
import { lintGlobalPointer } from './global-pointer';
import { lintGuestTests } from './guest-tests';
import { noteLegality } from './legality';
import type { Note } from './note';

/** Which lints are wanted, of those that somebody may not want. */
export interface LintChoice {
  readonly privileged: boolean;
  readonly controlFlow: boolean;
  readonly callingConvention: boolean;
}

/** What a file of a program does that is allowed, and probably not meant. */
export function lintsOf(analysis: Analysis, key: string, wanted: LintChoice): readonly Note[] {
  const source = analysis.source(key);
  if (!source) return [];
  // A macro may have the name of an instruction.
  const isInstruction = (name: string): boolean => isMnemonic(name) && !analysis.macros.has(name);
  return [
    ...noteLegality(source, wanted.privileged, analysis.project.fromReset === true),
    ...(wanted.controlFlow ? lintControlFlow(source, isInstruction) : []),
    ...(analysis.project.relax === false ? [] : lintGlobalPointer(source)),
    ...lintGuestTests(source, key.slice(key.lastIndexOf('/') + 1)),
    ...(wanted.callingConvention ? lintCallingConvention(source, isInstruction) : []),
  ];
}
