import {
  type CompletionItem,
  CompletionItemKind,
  InsertTextFormat,
  type ServerCapabilities,
} from 'vscode-languageserver';
import { relocationOperators } from '../../../simulator/assembler/expression';
import { csrs, floatRegisters, instructions, pseudoInstructions, registers } from '../../../simulator/isa';
import type { Analysis } from '../analysis';
import { directiveTable, parseLine } from '../assembly';
import { lineRange } from '../locations';
import { checked } from '../params';
import type { ServerContext } from '../server';
import type { Document } from '../workspace';

/** Mnemonics, directives and macros where a statement starts; registers, CSRs, symbols and operators in operands. */
export function registerCompletion(context: ServerContext): ServerCapabilities {
  const { connection, workspace } = context;
  connection.onCompletion(
    checked('position', async ({ textDocument, position }) => {
      const document = workspace.document(textDocument.uri);
      const line = document?.source.lines[position.line];
      if (!document || !line) return null;
      const analysis = await workspace.analysisOf(document.uri);
      return completionsAt(document, analysis, position.line, position.character);
    }),
  );
  return { completionProvider: { triggerCharacters: ['.', '%', '\\', '#', '"'] } };
}

interface Place {
  readonly word: string;
  readonly start: number;
  /** The statement's name in lower case; '' where a name is being written. */
  readonly command: string;
  /** The number of commas before. */
  readonly operand: number;
}

function completionsAt(
  document: Document,
  analysis: Analysis | undefined,
  line: number,
  column: number,
): CompletionItem[] {
  const { source } = document;
  const text = source.lines[line]!.text.slice(0, column);
  const place = placeAt(text, source.lines[line]!.startsInComment);
  if (!place) return [];
  const range = lineRange(line, place.start, column);
  const items = itemsFor(place, text, analysis, source.preprocessed, document);
  return items.map((item) => ({ ...item, textEdit: { range, newText: item.insertText ?? item.label } }));
}

/** Where in a statement the end of `text` stands; undefined in comments and strings. */
function placeAt(text: string, startsInComment: boolean): Place | undefined {
  const line = parseLine(`${text}\u00a7`, startsInComment, false);
  if (line.endsInComment) return undefined;
  const word = /[%\\#]?[A-Za-z_.$][\w.$]*$|[%\\#.]$/.exec(text)?.[0] ?? '';
  const start = text.length - word.length;
  const statement = line.statements.at(-1);
  if (/^\s*#\w*$/.test(text)) return { word, start, command: '', operand: 0 };
  if (!statement || statement.end < text.length) {
    const inComment = /(^|\s)(#|\/\/)/.test(text) || statement === undefined;
    return inComment ? undefined : { word, start, command: '', operand: 0 };
  }
  if (statement.kind === 'command' && statement.operandsStart < statement.end && statement.operandsStart <= start) {
    const before = text.slice(statement.operandsStart);
    if (((before.match(/(?<!\\)"/g)?.length ?? 0) & 1) === 1) return undefined;
    return { word, start, command: statement.key.replace('\u00a7', ''), operand: before.split(',').length - 1 };
  }
  if (statement.kind === 'assignment') return { word, start, command: '=', operand: 0 };
  return { word, start, command: '', operand: 0 };
}

function itemsFor(
  place: Place,
  text: string,
  analysis: Analysis | undefined,
  preprocessed: boolean,
  document: Document,
): readonly CompletionItem[] {
  const { word, command, operand } = place;
  if (word.startsWith('#') && preprocessed) return preprocessorItems;
  if (word.startsWith('%')) return relocationItems;
  if (command === '')
    return word.startsWith('.')
      ? [...directiveItems, ...macroItems(analysis)]
      : [...mnemonicItems, ...macroItems(analysis), ...directiveItems];
  if (word.startsWith('\\')) return [];
  if (command === '.option') return optionItems;
  if (command === '.section' || command === '.pushsection') return operand === 0 ? sectionItems : [];
  if (command === '.type' && operand > 0) return typeItems;
  const symbols = symbolItems(analysis, document);
  if (command.startsWith('.') || command === '=') return symbols;
  const isCsrOperand = command.startsWith('csr') && operand === (/^csr(r[wsc]i?|r)$/.test(command) ? 1 : 0);
  if (isCsrOperand) return csrItems;
  const inParentheses = /\(\s*[\w.]*$/.test(text);
  if (inParentheses && !/%\w+\(\s*[\w.$]*$/.test(text)) return registerItems;
  return [...registerItems, ...symbols];
}

const mnemonicItems: readonly CompletionItem[] = [
  ...unique([...instructions, ...pseudoInstructions]).map(({ name, syntax, summary }) => ({
    label: name,
    kind: CompletionItemKind.Keyword,
    detail: `${name} ${syntax}`.trim(),
    documentation: summary,
    // The common ones first: compressed forms are what the assembler picks by itself.
    sortText: `${name.startsWith('c.') ? '2' : '1'}${name}`,
  })),
];

function unique<T extends { readonly name: string }>(entries: readonly T[]): T[] {
  return [...new Map(entries.map((entry) => [entry.name, entry])).values()];
}

const directiveItems: readonly CompletionItem[] = [...directiveTable.values()]
  .filter(({ summary }) => !summary.startsWith('Not supported'))
  .map(({ name, operands, summary }) => ({
    label: name,
    kind: CompletionItemKind.Keyword,
    detail: `${name} ${operands}`.trim(),
    documentation: summary,
    sortText: `3${name}`,
  }));

const registerItems: readonly CompletionItem[] = [...registers, ...floatRegisters].map(
  ({ abiName, name, role, number, file }) => ({
    label: abiName,
    kind: CompletionItemKind.Variable,
    detail: `${name}: ${role}`,
    sortText: `1${file === 'x' ? 'a' : 'b'}${String(number).padStart(2, '0')}`,
  }),
);

const csrItems: readonly CompletionItem[] = csrs.map(({ name, summary, privilege, number, group }) => ({
  label: name,
  kind: CompletionItemKind.Property,
  detail: `CSR 0x${number.toString(16)}`,
  documentation: summary,
  sortText: `${group === 'rv32' ? 3 : privilege === 's' ? 0 : 1}${name}`,
}));

const relocationItems: readonly CompletionItem[] = relocationOperators.map(({ name, summary }) => ({
  label: name,
  kind: CompletionItemKind.Function,
  detail: `${name}(symbol)`,
  documentation: summary,
  insertTextFormat: InsertTextFormat.PlainText,
}));

const words = (list: string, kind: CompletionItemKind): CompletionItem[] =>
  list.split(' ').map((label) => ({ label, kind }));
const preprocessorItems = words(
  '#include #define #undef #if #ifdef #ifndef #elif #else #endif #error',
  CompletionItemKind.Keyword,
);
const optionItems = words('rvc norvc relax norelax push pop pic nopic arch', CompletionItemKind.Keyword);
const sectionItems = words('.text .data .bss .rodata .text.init .sdata .sbss', CompletionItemKind.Module);
const typeItems = words('@function @object @notype', CompletionItemKind.Keyword);

function macroItems(analysis: Analysis | undefined): CompletionItem[] {
  return [...(analysis?.macros.values() ?? [])].map(({ name, parameters }) => ({
    label: name,
    kind: CompletionItemKind.Function,
    detail: `macro ${name} ${parameters.map((parameter) => parameter.name).join(', ')}`.trim(),
    sortText: `0${name}`,
  }));
}

function symbolItems(analysis: Analysis | undefined, document: Document): CompletionItem[] {
  const names = analysis?.symbolNames() ?? new Set<string>();
  const own = new Set(
    document.source.lines.flatMap((line) => line.statements.flatMap(({ labels }) => labels.map((label) => label.name))),
  );
  for (const name of own) if (!/^\d/.test(name)) names.add(name);
  return [...names].map((label) => ({ label, kind: CompletionItemKind.Function, sortText: `2${label}` }));
}
