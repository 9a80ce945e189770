import { CompletionItemKind } from 'vscode-languageserver';
import type { Architecture } from '../../../../simulator/assembler/encode/architecture';
import { relocationOperators } from '../../../../simulator/assembler/syntax/expression';
import {
  csrs,
  extensions,
  floatRegisters,
  machineCsrGroups,
  type Register,
  registers,
  roundingModeNames,
} from '../../../../simulator/isa';
import type { SourceText } from '../../ide/assembly';
import { candidatesNamed, type Slot } from '../../ide/candidates';
import { privilegeOf } from '../../ide/lints/legality';
import type { Offer } from './item';

/** What may be written at one place of an instruction's operands: one slot for each of its forms in effect. */
export function slotsAt(mnemonic: string, operand: number, architecture: Architecture): Slot[] {
  return candidatesNamed(mnemonic)
    .filter(({ instruction, pseudo }) => architecture.has(instruction?.extension ?? pseudo!.extension))
    .flatMap(({ pattern }) => pattern.slots[operand] ?? []);
}

function registerOffer({ abiName, name, role, number, file }: Register): Offer {
  return {
    label: abiName,
    kind: CompletionItemKind.Variable,
    detail: `${name}: ${role}`,
    rank: file === 'x' ? 1 : 2,
    order: String(number).padStart(2, '0'),
    data: 'register',
  };
}

/** `x10` for whoever writes numbers. */
function numberedOffer(register: Register): Offer {
  return { ...registerOffer(register), label: register.name, detail: `${register.abiName}: ${register.role}`, rank: 6 };
}

const named = {
  x: [...registers.map(registerOffer), ...registers.flatMap(aliasOffers)],
  f: floatRegisters.map(registerOffer),
};
const numbered = { x: registers.map(numberedOffer), f: floatRegisters.map(numberedOffer) };

function aliasOffers(register: Register): Offer[] {
  return register.aliases.map((alias) => ({ ...registerOffer(register), label: alias, rank: 2 }));
}

/** Registers of a file; by number once a name of that kind is begun. */
export function registerOffers(file: 'x' | 'f', word: string): readonly Offer[] {
  return new RegExp(`^${file}\\d*$`).test(word) ? [...named[file], ...numbered[file]] : named[file];
}

/** Registers as the bases of an address without an offset. */
export function baseOffers(word: string): readonly Offer[] {
  return registerOffers('x', word).map((offer) => ({ ...offer, text: `0(${offer.label})` }));
}

const modes = { u: 'user', s: 'supervisor', m: 'machine' };

/** Groups of CSRs in order, for code of supervisor and of machine mode: its own, those of lesser modes, those out of its reach. */
const csrRanks = { s: { s: 0, u: 1, m: 2 }, m: { m: 0, s: 1, u: 2 } };

const csrOffersFor = (mode: 's' | 'm'): readonly Offer[] =>
  csrs.map(({ name, summary, privilege, number, group, readOnly }) => ({
    label: name,
    kind: CompletionItemKind.Property,
    detail: `CSR 0x${number.toString(16)}, ${modes[privilege]} mode${readOnly ? ', read-only' : ''}`,
    description: summary,
    rank: machineCsrGroups.has(group) ? csrRanks[mode][privilege] : 3,
    data: 'csr',
  }));

const csrOffersOf = { s: csrOffersFor('s'), m: csrOffersFor('m') };

/** CSRs, those first that fit the source: machine mode's where another line needs that mode, or else supervisor mode's. */
export function csrOffers({ lines }: SourceText, line: number): readonly Offer[] {
  const isMachineCode = lines.some(
    ({ statements }, number) =>
      number !== line && statements.some((statement) => statement.kind === 'command' && privilegeOf(statement) === 'm'),
  );
  return csrOffersOf[isMachineCode ? 'm' : 's'];
}

/** Operators; those that fit the place by its half come first. */
export function relocationOffers(slots: readonly Slot[], mnemonic: string): Offer[] {
  const upper = mnemonic === 'lui' || mnemonic === 'auipc';
  const fits = (name: string): boolean => slots.length === 0 || /_?hi$/.test(name) === upper;
  return relocationOperators.map(({ name, summary }) => ({
    label: name,
    kind: CompletionItemKind.Function,
    detail: `${name}(symbol)`,
    description: summary,
    snippet: `${name}(\${1:symbol})`,
    rank: fits(name) ? 0 : 1,
    data: 'relocation',
  }));
}

export const roundingOffers = words(
  roundingModeNames.flatMap((name) => name ?? []),
  CompletionItemKind.EnumMember,
);
export const fenceOffers = words(['rw', 'r', 'w', 'iorw', 'io', 'i', 'o'], CompletionItemKind.EnumMember);

/** What stands for itself, in the order given. */
export function words(labels: readonly string[], kind: CompletionItemKind = CompletionItemKind.Keyword): Offer[] {
  return labels
    .filter((label) => label !== '')
    .map((label, index) => ({ label, kind, rank: 0, order: String(index).padStart(3, '0') }));
}

/** The operands of directives that are words of their own, by directive and place. */
const directiveWords: Readonly<Record<string, readonly (readonly string[])[]>> = {
  '.option': [['rvc', 'norvc', 'relax', 'norelax', 'push', 'pop', 'pic', 'nopic', 'arch']],
  '.section': [[], ['"ax"', '"a"', '"aw"', '"aMS"', '""'], ['@progbits', '@nobits', '@note', '@init_array']],
  '.pushsection': [[], ['"ax"', '"a"', '"aw"', '""'], ['@progbits', '@nobits', '@note']],
  '.type': [[], ['@function', '@object', '@tls_object', '@notype', '@gnu_indirect_function']],
  '.attribute': [['arch', 'stack_align', 'unaligned_access', 'priv_spec']],
  '.insn': [['r', 'r4', 'i', 's', 'b', 'u', 'j', 'sb', 'uj', 'cr', 'ci', 'ciw', 'css', 'cl', 'cs', 'ca', 'cb', 'cj']],
  '.cfi_sections': [['.eh_frame', '.debug_frame']],
};

export function directiveWordOffers(directive: string, operand: number): readonly Offer[] | undefined {
  const list = directiveWords[directive]?.[operand];
  return list && list.length > 0 ? words(list, CompletionItemKind.EnumMember) : undefined;
}

/** Extensions to add or remove by `.option arch`. */
export const architectureOffers: readonly Offer[] = extensions
  .filter(({ march, support }) => march !== '' && support !== 'named')
  .flatMap(({ march, name, support }) =>
    ['+', '-'].map((sign) => ({
      label: `${sign}${march}`,
      kind: CompletionItemKind.EnumMember,
      detail: support === 'runs' ? name : `${name} (the machine does not run it)`,
      rank: sign === '+' ? 0 : 1,
    })),
  );

const sectionNames = [
  '.text',
  '.data',
  '.bss',
  '.rodata',
  '.text.init',
  '.sdata',
  '.sbss',
  '.init',
  '.tdata',
  '.tbss',
  '.note',
];

/** Section names that are usual, and those that the program has. */
export function sectionOffers(program: Iterable<string>): Offer[] {
  return words([...new Set([...sectionNames, ...program])], CompletionItemKind.Module);
}
