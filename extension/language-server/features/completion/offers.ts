import { CompletionItemKind } from 'vscode-languageserver';
import type { Architecture } from '../../../../simulator/assembler/encode/architecture';
import type { Analysis } from '../../ide/analysis';
import { macroAround } from '../../ide/blocks';
import type { Slot } from '../../ide/candidates';
import type { Document, Workspace } from '../../ide/workspace';
import type { Offer } from './item';
import {
  architectureOffers,
  baseOffers,
  csrOffers,
  directiveWordOffers,
  fenceOffers,
  registerOffers,
  relocationOffers,
  roundingOffers,
  sectionOffers,
  slotsAt,
  words,
} from './operands';
import { pathOffers } from './paths';
import type { Place } from './place';
import { directiveOffers, macroOffers, mnemonicOffers, preprocessorOffers } from './statements';
import { defineOffers, numericOffers, type Offers, parameterOffers, symbolOffers } from './symbols';

/** What is asked about: a place of a document, and what is known of its program. */
export interface Question {
  readonly workspace: Workspace;
  readonly document: Document;
  readonly analysis: Analysis | undefined;
  readonly place: Place;
  readonly architecture: Architecture;
  readonly line: number;
}

const whole = (offers: readonly Offer[]): Offers => ({ offers, complete: true });

/** What fits at a place. */
export async function offersAt(question: Question): Promise<Offers> {
  const { place, document, analysis, workspace, line, architecture } = question;
  if (place.word.startsWith('\\')) {
    const macro = macroAround(document.source, line);
    return whole(macro ? parameterOffers(document.source, macro.first) : []);
  }
  switch (place.kind) {
    case 'statement':
      if (place.word.startsWith('.')) return whole([...directiveOffers, ...macroOffers(analysis)]);
      return whole([
        ...mnemonicOffers(architecture),
        ...macroOffers(analysis),
        ...functionDefines(question),
        ...directiveOffers,
      ]);
    case 'preprocessor':
      return whole(preprocessorOffers);
    case 'preprocessor-operand': {
      const isCondition = place.directive === 'if' || place.directive === 'elif';
      return whole([...defineOffers(document, analysis, place.word), ...(isCondition ? words(['defined']) : [])]);
    }
    case 'path':
      return whole(await pathOffers(workspace, document, analysis, place.path, place.angled));
    case 'operand':
      return operandOffers(question, place);
  }
}

function functionDefines({ document, analysis, place }: Question): Offer[] {
  return place.word === '' ? [] : defineOffers(document, analysis, place.word);
}

type OperandPlace = Extract<Place, { kind: 'operand' }>;

function operandOffers(question: Question, place: OperandPlace): Offers {
  const { command, operand, word, text } = place;
  const { architecture, analysis } = question;
  if (command.startsWith('.') || command === '=') return directiveOperandOffers(question, place);
  const slots = slotsAt(command, operand, architecture);
  if (word.startsWith('%')) return whole(relocationOffers(slots, command));
  // In parentheses: the base register, or the operand of an operator.
  if (/\(\s*[\w.$]*$/.test(text) && !/%\w+\(\s*[\w.$]*$/.test(text) && slots.some(({ kind }) => kind === 'memory'))
    return whole(registerOffers('x', word));
  const macro = analysis?.macros.get(command);
  if (slots.length > 0 && !macro) return slotOffers(question, place, slots);
  if (!macro && isInstruction(question, command)) return whole([]);
  const parameters = (macro?.parameters ?? []).map(({ name }) => ({
    label: `${name}=`,
    kind: CompletionItemKind.TypeParameter,
    detail: `parameter of ${macro!.name}`,
    rank: 7,
  }));
  return merged(
    whole([...registerOffers('x', word), ...registerOffers('f', word), ...parameters]),
    values(question, place),
  );
}

function isInstruction({ architecture }: Question, command: string): boolean {
  return slotsAt(command, 0, architecture).length > 0;
}

/** What each form of the instruction takes at this place. */
function slotOffers(question: Question, place: OperandPlace, slots: readonly Slot[]): Offers {
  const kinds = new Set(slots.map(({ kind }) => kind));
  const parts: Offers[] = [];
  for (const file of ['x', 'f'] as const)
    if (slots.some((slot) => slot.kind === 'register' && slot.file === file))
      parts.push(whole(registerOffers(file, place.word)));
  for (const slot of slots)
    if (slot.kind === 'this-register') parts.push(whole(words([slot.name], CompletionItemKind.Variable)));
  if (kinds.has('memory') && !kinds.has('register') && !place.text.includes('('))
    parts.push(whole(baseOffers(place.word)));
  if (kinds.has('csr')) parts.push(whole(csrOffers(question.document.source, question.line)));
  if (kinds.has('rounding-mode')) parts.push(whole(roundingOffers));
  if (kinds.has('fence-set')) parts.push(whole(fenceOffers));
  if (kinds.has('address')) parts.push(whole(numericOffers(question.document.source, question.line)));
  if (kinds.has('address') || kinds.has('immediate') || kinds.has('memory')) parts.push(values(question, place));
  else parts.push(whole(defineOffers(question.document, question.analysis, place.word)));
  return merged(...parts);
}

/** Symbols and `#define` names: what can stand in an expression. */
function values({ document, analysis }: Question, { word }: OperandPlace): Offers {
  return merged(symbolOffers(document, analysis, word), whole(defineOffers(document, analysis, word)));
}

function directiveOperandOffers(question: Question, place: OperandPlace): Offers {
  const { command, operand, word, text } = place;
  const { analysis } = question;
  if (word.startsWith('%')) return whole([]);
  if (command === '.option' && operand > 0) return whole(architectureOffers);
  if ((command === '.section' || command === '.pushsection') && operand === 0) {
    const sections = (analysis?.result.units ?? []).flatMap(({ object }) => object.sections.map(({ name }) => name));
    return whole(sectionOffers(sections));
  }
  const fixed = directiveWordOffers(command, operand);
  if (fixed) return whole(fixed);
  if (command === '.purgem') return whole(macroOffers(analysis).map(({ snippet: _, ...offer }) => offer));
  if (/^\.(macro|irpc?|option|attribute|section|pushsection|include|incbin)$/.test(command)) return whole([]);
  if (command.startsWith('.cfi') || command === '.insn') {
    const registers = whole([...registerOffers('x', word), ...registerOffers('f', word)]);
    return command === '.insn' || text.trim() !== '' ? merged(registers, values(question, place)) : registers;
  }
  return values(question, place);
}

function merged(...parts: readonly Offers[]): Offers {
  return { offers: parts.flatMap(({ offers }) => offers), complete: parts.every(({ complete }) => complete) };
}
