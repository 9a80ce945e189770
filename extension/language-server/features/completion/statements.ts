import { CompletionItemKind } from 'vscode-languageserver';
import type { Architecture } from '../../../../simulator/assembler/encode/architecture';
import { instructions, pseudoInstructions } from '../../../../simulator/isa';
import type { Analysis } from '../../ide/analysis';
import { directiveTable } from '../../ide/assembly';
import { closerOf } from '../../ide/blocks';
import { candidatesNamed } from '../../ide/candidates';
import { macroHead, parameterText } from '../../ide/descriptions/macro';
import { type Offer, snippetOf, snippetText } from './item';

const byArchitecture = new WeakMap<Architecture, readonly Offer[]>();

/** Instructions and pseudo-instructions of an instruction set. */
export function mnemonicOffers(architecture: Architecture): readonly Offer[] {
  let offers = byArchitecture.get(architecture);
  if (!offers) {
    const available = [...instructions, ...pseudoInstructions].filter(({ extension }) => architecture.has(extension));
    offers = [...new Set(available.map(({ name }) => name))].map(mnemonicOffer);
    byArchitecture.set(architecture, offers);
  }
  return offers;
}

function mnemonicOffer(name: string): Offer {
  const [first] = candidatesNamed(name);
  const { pattern, syntax = '', instruction, pseudo } = first!;
  const fixed = new Set(pattern.slots.flatMap((slot) => (slot.kind === 'this-register' ? [slot.name] : [])));
  const operands = snippetOf(syntax, (word) => !fixed.has(word) && word !== 'sp');
  return {
    label: name,
    kind: CompletionItemKind.Keyword,
    detail: `${name} ${syntax}`.trim(),
    description: instruction?.summary ?? pseudo?.summary ?? '',
    ...(operands === '' ? {} : { snippet: `${name} ${operands}` }),
    // Compressed forms are what the assembler picks by itself.
    rank: name.startsWith('c.') ? 2 : 1,
    data: 'mnemonic',
  };
}

export const directiveOffers: readonly Offer[] = [...directiveTable.values()]
  .filter(({ summary }) => !summary.startsWith('Not supported'))
  .map(({ name, operands, summary }) => ({
    label: name,
    kind: CompletionItemKind.Keyword,
    detail: `${name} ${operands}`.trim(),
    description: summary,
    ...directiveSnippet(name, operands),
    rank: 3,
    data: 'directive',
  }));

function directiveSnippet(name: string, operands: string): Pick<Offer, 'snippet'> {
  const places = snippetOf(operands);
  const closer = closerOf(name);
  const head = places === '' ? name : `${name} ${places}`;
  if (closer) return { snippet: `${head}\n\t$0\n${closer}` };
  return places === '' ? {} : { snippet: head };
}

/** Macros with their parameters; those that must be given are places to fill in. */
export function macroOffers(analysis: Analysis | undefined): Offer[] {
  return [...(analysis?.macros.values() ?? [])].map((macro) => {
    const required = macro.parameters.filter(({ default: value, variable }) => value === '' && !variable);
    const places = required.map(({ name }, index) => `\${${index + 1}:${snippetText(name)}}`).join(', ');
    return {
      label: macro.name,
      kind: CompletionItemKind.Function,
      detail: macroHead(macro),
      description: macro.parameters.map(parameterText).join(', '),
      ...(places === '' ? {} : { snippet: `${snippetText(macro.name)} ${places}` }),
      rank: 0,
      data: 'macro',
    };
  });
}

const directivesOfPreprocessor: Readonly<Record<string, string>> = {
  include: ' "${1:file}"',
  define: ' ${1:NAME} ${2:value}',
  undef: ' ${1:NAME}',
  if: ' ${1:condition}\n$0\n#endif',
  ifdef: ' ${1:NAME}\n$0\n#endif',
  ifndef: ' ${1:NAME}\n$0\n#endif',
  elif: ' ${1:condition}',
  else: '',
  endif: '',
  error: ' "${1:message}"',
  warning: ' "${1:message}"',
};

export const preprocessorOffers: readonly Offer[] = Object.entries(directivesOfPreprocessor).map(([name, rest]) => ({
  label: `#${name}`,
  kind: CompletionItemKind.Keyword,
  ...(rest === '' ? {} : { snippet: `#${name}${rest}` }),
  rank: 0,
}));
