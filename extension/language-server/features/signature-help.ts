import {
  MarkupKind,
  type ParameterInformation,
  type ServerCapabilities,
  type SignatureHelp,
  type SignatureInformation,
} from 'vscode-languageserver';
import type { Define } from '../../../simulator/assembler/preprocess/macros';
import { answering } from '../answering';
import type { ServerContext } from '../context';
import type { Analysis } from '../ide/analysis';
import { architectureAt } from '../ide/architecture-at';
import { directiveTable, type Macro, parseLine } from '../ide/assembly';
import { type Candidate, candidatesNamed, fitsSlot } from '../ide/candidates';
import { definesOf } from '../ide/defines';
import { macroHead, parameterText } from '../ide/descriptions/macro';
import type { Document } from '../ide/workspace';
import { type Place, placeAt } from './completion/place';
import { isForeign, latestPlaceOf } from './target';

/** The operands that a mnemonic, macro, directive or function-like `#define` takes, and which of them is being written. */
export function registerSignatureHelp(context: ServerContext): ServerCapabilities {
  const { connection, workspace } = context;
  connection.onSignatureHelp(
    answering(async ({ textDocument, position }) => {
      const document = workspace.document(textDocument.uri);
      if (!document?.source.lines[position.line] || (await isForeign(workspace, document))) return null;
      const analysis = (await latestPlaceOf(context, document.uri))?.analysis;
      return helpAt(document, analysis, position.line, position.character) ?? null;
    }),
  );
  return { signatureHelpProvider: { triggerCharacters: [' ', '\t', ',', '('] } };
}

function helpAt(
  document: Document,
  analysis: Analysis | undefined,
  line: number,
  column: number,
): SignatureHelp | undefined {
  const text = document.source.lines[line]!.text.slice(0, column);
  const call = document.source.preprocessed && analysis ? defineCall(text, analysis) : undefined;
  if (call) return call;
  const place = placeAt(document.source, line, column);
  if (place?.kind !== 'operand') return undefined;
  const macro = analysis?.macroNamed(place.command);
  if (macro) return macroHelp(macro, place);
  if (place.command.startsWith('.')) return directiveHelp(place);
  const index = analysis?.sources.indexOf(document.key);
  const architecture = index && architectureAt(document.source, index, line, analysis?.project.march);
  const candidates = candidatesNamed(place.command).filter(
    ({ instruction, pseudo }) => architecture?.has(instruction?.extension ?? pseudo!.extension) ?? true,
  );
  return candidates.length > 0 ? instructionHelp(place, candidates, text) : undefined;
}

type OperandPlace = Extract<Place, { kind: 'operand' }>;

function instructionHelp(
  { command, operand }: OperandPlace,
  candidates: readonly Candidate[],
  text: string,
): SignatureHelp {
  const signatures = candidates.map(({ syntax, instruction, pseudo, pattern }): SignatureInformation => {
    const label = `${command} ${syntax}`.trim();
    const operands = instruction?.operands ?? [];
    return {
      label,
      documentation: { kind: MarkupKind.Markdown, value: instruction?.summary ?? pseudo?.summary ?? '' },
      parameters: partsOf(label, command.length).map((range, index): ParameterInformation => {
        const slot = pattern.slots[index];
        const word = slot && 'word' in slot ? slot.word : slot?.kind === 'memory' ? slot.offset : undefined;
        const described = operands.find(({ name }) => name === word)?.description;
        return { label: range, ...(described ? { documentation: described } : {}) };
      }),
    };
  });
  // The first form that takes what is written so far, and has a place for what is being written.
  const written = parseLine(text, false, false).statements.at(-1);
  const operands = written ? written.operands.slice(0, operand) : [];
  const fitting = candidates.findIndex(
    ({ pattern: { slots } }) =>
      slots.length > operand && operands.every((given, index) => slots[index] && fitsSlot(given, slots[index])),
  );
  const activeSignature = Math.max(0, fitting);
  return { signatures, activeSignature, activeParameter: operand };
}

function macroHelp(macro: Macro, { operand, text }: OperandPlace): SignatureHelp {
  const label = macroHead(macro).replace(/^\.macro /, '');
  let from = macro.name.length;
  const parameters = macro.parameters.map((parameter): ParameterInformation => {
    const shown = parameterText(parameter);
    const start = label.indexOf(shown, from);
    from = start + shown.length;
    return { label: [start, from] };
  });
  const named = /^\s*([A-Za-z_.$][\w.$]*)\s*=/.exec(text)?.[1];
  const byName = macro.parameters.findIndex(({ name }) => name === named);
  const last = Math.max(0, macro.parameters.length - 1);
  const activeParameter = byName >= 0 ? byName : Math.min(operand, last);
  return { signatures: [{ label, parameters }], activeSignature: 0, activeParameter };
}

function directiveHelp({ command, operand }: OperandPlace): SignatureHelp | undefined {
  const directive = directiveTable.get(command);
  if (!directive || directive.operands === '') return undefined;
  const label = `${directive.name} ${directive.operands}`;
  const parts = partsOf(label, directive.name.length);
  // `expression, ...`: what comes behind the last one is one more of it.
  const open = label.trimEnd().endsWith('...');
  const named = open ? parts.slice(0, -1) : parts;
  const parameters = named.map((part): ParameterInformation => ({ label: part }));
  const signature = { label, documentation: directive.summary, parameters };
  const activeParameter = open ? Math.min(operand, named.length - 1) : operand;
  return { signatures: [signature], activeSignature: 0, activeParameter };
}

/** The columns of the operands in a syntax, which commas and brackets separate. */
function partsOf(label: string, from: number): [number, number][] {
  const parts: [number, number][] = [];
  for (const { 0: part, index } of label.slice(from).matchAll(/[^,[\]]+/g)) {
    const start = from + index + (part.length - part.trimStart().length);
    if (part.trim() !== '') parts.push([start, start + part.trim().length]);
  }
  return parts;
}

/** The innermost call of a function-like `#define` that is open at the end of a text. */
function defineCall(text: string, analysis: Analysis): SignatureHelp | undefined {
  const open: { name: string; argument: number }[] = [];
  for (const { 0: token, index } of text.matchAll(/"(?:\\.|[^"\\])*"?|[(),]/g)) {
    if (token === '(') open.push({ name: /[A-Za-z_]\w*(?=\s*$)/.exec(text.slice(0, index))?.[0] ?? '', argument: 0 });
    else if (token === ')') open.pop();
    else if (token === ',' && open.length > 0) open.at(-1)!.argument++;
  }
  const call = open.at(-1);
  const define = call ? definesOf(analysis).get(call.name) : undefined;
  return call && define?.parameters ? defineHelp(define, define.parameters, call.argument) : undefined;
}

function defineHelp({ name, variadic }: Define, fixed: readonly string[], argument: number): SignatureHelp {
  const names = variadic === undefined ? fixed : [...fixed, '...'];
  const label = `${name}(${names.join(', ')})`;
  let from = name.length + 1;
  const parameters = names.map((parameter): ParameterInformation => {
    const start = label.indexOf(parameter, from);
    from = start + parameter.length;
    return { label: [start, from] };
  });
  const activeParameter = Math.min(argument, Math.max(0, names.length - 1));
  return { signatures: [{ label, parameters }], activeSignature: 0, activeParameter };
}
