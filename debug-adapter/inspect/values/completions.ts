import type { DebugProtocol } from '@vscode/debugprotocol';
import { csrNamed, csrs, registers } from '../../../simulator/isa/index';
import type { Debuggee } from '../../debuggee';
import type { MachineEnvironment } from '../../expression/machine-environment';

const MOST = 200;

/** What the word before the cursor (column from 1) may become: registers, CSRs and their fields, symbols, variables of the VMM. */
export function completionsFor(
  debuggee: Debuggee,
  environment: MachineEnvironment,
  text: string,
  column: number,
): DebugProtocol.CompletionItem[] {
  const before = text.slice(0, Math.max(0, column - 1));
  const word = /\$?[A-Za-z_.][\w.]*$|\$$/.exec(before)?.[0] ?? '';
  const dot = word.lastIndexOf('.');
  const csr = dot > 0 ? csrNamed(word.slice(word.startsWith('$') ? 1 : 0, dot)) : undefined;
  if (csr) {
    const prefix = word.slice(dot + 1).toLowerCase();
    return csr.fields
      .filter(({ name }) => name.toLowerCase().startsWith(prefix))
      .map(({ name, summary }) => item(name, summary, 'field', before.length - prefix.length, prefix.length));
  }
  const isMachine = word.startsWith('$');
  const prefix = (isMachine ? word.slice(1) : word).toLowerCase();
  const start = before.length - prefix.length;
  const all: [string, string, DebugProtocol.CompletionItemType][] = [
    ...environment
      .variableNames()
      .map((name): [string, string, 'variable'] => [name, 'variable of the VMM', 'variable']),
    ['pc', 'program counter', 'variable'],
    ...registers.map(({ abiName, name, role }): [string, string, 'variable'] => [
      abiName,
      `${name}: ${role}`,
      'variable',
    ]),
    ...csrs
      .filter(({ name }) => environment.lookUp(name, true))
      .map(({ name, summary }): [string, string, 'property'] => [name, summary, 'property']),
    ...(isMachine
      ? []
      : debuggee.symbols.names().map((name): [string, string, 'reference'] => [name, 'symbol', 'reference'])),
  ];
  return all
    .filter(([name]) => name.toLowerCase().startsWith(prefix))
    .slice(0, MOST)
    .map(([name, detail, type]) => item(name, detail, type, start, prefix.length));
}

function item(
  label: string,
  detail: string,
  type: DebugProtocol.CompletionItemType,
  start: number,
  length: number,
): DebugProtocol.CompletionItem {
  return { label, detail, type, start, length };
}
