import type { Diagnostic } from 'vscode-languageserver';
import { noteLegality } from '../../features/legality';
import type { SettingValues } from '../../settings';
import type { Analysis } from '../analysis';
import { isMnemonic } from '../assembly';
import { lintCallingConvention } from './calling-convention';
import { lintControlFlow } from './control-flow';
import { lintGlobalPointer } from './global-pointer';

/** What a file of a program does that is allowed, and probably not meant. */
export function lintsOf(
  analysis: Analysis,
  key: string,
  settings: SettingValues,
  notePrivileged: boolean,
): readonly Diagnostic[] {
  const source = analysis.source(key);
  if (!source) return [];
  // A macro may have the name of an instruction.
  const isInstruction = (name: string): boolean => isMnemonic(name) && !analysis.macros.has(name);
  return [
    ...noteLegality(source, notePrivileged, analysis.project.fromReset === true),
    ...(settings['lint.controlFlow'] ? lintControlFlow(source, isInstruction) : []),
    ...(analysis.project.relax === false ? [] : lintGlobalPointer(source)),
    ...(settings['lint.callingConvention'] ? lintCallingConvention(source, isInstruction) : []),
  ];
}
