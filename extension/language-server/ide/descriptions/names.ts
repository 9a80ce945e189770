import { relocationOperators } from '../../../../simulator/assembler/syntax/expression';
import { markdownTable } from '../../../../simulator/explain/markdown-table';
import {
  type CsrDescription,
  csrNamed,
  extensionNamed,
  fenceAccesses,
  machineCsrGroups,
  RoundingMode,
  registerNamed,
  roundingModeSummaries,
} from '../../../../simulator/isa';
import { supportText } from '../../../extension-text';
import { directiveTable } from '../assembly';
import { code, hex, paragraphs } from './markdown';
import { virtualizationTable } from './virtualization';

/** What a register, CSR, directive or operator is, by its name. */
export function describeRegister(name: string): string | undefined {
  const register = registerNamed(name);
  if (!register) return undefined;
  const saved = { caller: ', saved by the caller', callee: ', saved by the callee', none: '' }[register.savedBy];
  const others = register.aliases.length > 0 ? `, also ${register.aliases.join(', ')}` : '';
  return `**${register.abiName}** (${register.name}${others}): ${register.role}${saved}`;
}

export function describeCsr(name: string): string | undefined {
  const csr = csrNamed(name);
  return csr && csrText(csr);
}

const modes = { u: 'user', s: 'supervisor', m: 'machine' };

export function csrText(csr: CsrDescription): string {
  const { number, privilege, readOnly, summary, group, fields } = csr;
  const head = `**${csr.name}** (CSR ${hex(number)}, ${modes[privilege]} mode${readOnly ? ', read-only' : ''}): ${summary}`;
  const rows = fields.map(({ name, high, low, summary: what, values }) => {
    const named = Object.entries(values ?? {}).map(([value, text]) => `${value} = ${text}`);
    return [
      name,
      high === low ? `${low}` : `${high}:${low}`,
      named.length > 0 ? `${what} (${named.join(', ')})` : what,
    ];
  });
  return paragraphs([
    head,
    !machineCsrGroups.has(group) && 'The machine does not have it: access is an illegal instruction.',
    rows.length > 0 && markdownTable([['Field', 'Bits', ''], ...rows]),
    virtualizationTable(undefined, csr),
  ]);
}

/** An extension, as -march names it. */
export function describeExtension(name: string): string | undefined {
  const extension = extensionNamed(name);
  if (!extension) return undefined;
  const { implies, support } = extension;
  const others = implies.length > 0 && `Brings along ${implies.map((other) => `\`${other}\``).join(', ')}.`;
  return paragraphs([`**${name}**: ${extension.name}`, supportText[support], others]);
}

export function describeRoundingMode(name: string): string | undefined {
  if (!isRoundingMode(name)) return undefined;
  return `**${name}** (\`rm\` = ${RoundingMode[name]}): ${roundingModeSummaries[name]}`;
}

function isRoundingMode(name: string): name is keyof typeof RoundingMode {
  return Object.hasOwn(RoundingMode, name);
}

/** The first set of a fence, of the accesses that come before it, or its second one, of those that must wait. */
export function describeFenceSet(name: string, which: 'predecessor' | 'successor'): string | undefined {
  const letters = Object.keys(fenceAccesses).filter((letter) => name.includes(letter));
  if (name === '' || letters.join('') !== name) return undefined;
  const accesses = letters.map((letter) => `${fenceAccesses[letter]} (\`${letter}\`)`).join(', ');
  const order = which === 'predecessor' ? 'before the fence, which come first' : 'behind the fence, which wait';
  return `**${name}**: ${accesses} ${order}`;
}

export function describeDirective(name: string): string | undefined {
  const directive = directiveTable.get(name);
  return directive && paragraphs([code(`${directive.name} ${directive.operands}`), directive.summary]);
}

/** With the percent sign. */
export function describeRelocation(name: string): string | undefined {
  const operator = relocationOperators.find((candidate) => candidate.name === name);
  return operator && paragraphs([code(`${operator.name}(symbol)`), operator.summary]);
}
