import { type InlayHint, InlayHintKind, type ServerCapabilities } from 'vscode-languageserver';
import { evaluateCondition } from '../../../simulator/assembler/preprocess/condition';
import { answering } from '../answering';
import type { ServerContext } from '../context';
import type { Analysis } from '../ide/analysis';
import type { Line, Statement } from '../ide/assembly';
import { candidatesNamed } from '../ide/candidates';
import { preprocessed } from '../ide/defines';
import { disassembled, type PlacedCode } from '../ide/descriptions/instruction';
import { hex } from '../ide/descriptions/markdown';
import { meaningOf } from '../ide/meaning';
import { type Occurrence, occurrencesOf } from '../ide/occurrences';
import { placedCodeOf } from '../ide/placed-code';
import { type Place, placeOf } from './target';

/** Characters of an expansion that are shown in the line; the rest is in the tooltip. */
const shownCharacters = 40;
const shownBytes = 8;
/** Lines in one answer: an editor shows far fewer. */
const mostLines = 2000;

/** What pseudo-instructions and macro calls stand for, values of names, and encodings: behind what they are of, each by its own setting. */
export function registerInlayHints(context: ServerContext): ServerCapabilities {
  const { connection, settings } = context;
  connection.languages.inlayHint.on(
    answering(async ({ textDocument, range }) => {
      const values = await settings.settled();
      const wanted = {
        expansions: values['inlayHints.expansions'],
        values: values['inlayHints.values'],
        encodings: values['inlayHints.encodings'],
      };
      if (!wanted.expansions && !wanted.values && !wanted.encodings) return [];
      const place = await placeOf(context, textDocument.uri);
      if (!place) return null;
      const hints: InlayHint[] = [];
      const { lines } = place.document.source;
      const last = Math.min(range.end.line, lines.length - 1, range.start.line + mostLines);
      const { analysis, document } = place;
      const codeOf = placedCodeOf(analysis, document.key, range.start.line, last);
      const kind = JSON.stringify(wanted);
      for (let number = range.start.line; number <= last; number++) {
        const line = lines[number]!;
        const before = remembered.get(line);
        // While the program has errors there are no addresses: what was right of the line before still tells most.
        if (!analysis.result.program && before?.kind === kind) {
          hints.push(...before.hints.map((hint) => ({ ...hint, position: { ...hint.position, line: number } })));
          continue;
        }
        const found: InlayHint[] = [];
        addHints(found, place, number, wanted, codeOf);
        hints.push(...found);
        if (analysis.result.program) remembered.set(line, { kind, hints: found });
      }
      return hints;
    }),
  );
  settings.onChange(() => {
    if (context.client.workspace?.inlayHint?.refreshSupport) void connection.languages.inlayHint.refresh();
  });
  return { inlayHintProvider: true };
}

/** The hints of lines as a whole program had them last, and which kinds of hints these are. */
const remembered = new WeakMap<Line, { readonly kind: string; readonly hints: readonly InlayHint[] }>();

interface Wanted {
  readonly expansions: boolean;
  readonly values: boolean;
  readonly encodings: boolean;
}

function addHints(
  hints: InlayHint[],
  place: Place,
  number: number,
  wanted: Wanted,
  codeOf: ReturnType<typeof placedCodeOf>,
): void {
  const { document, analysis } = place;
  const line = document.source.lines[number]!;
  if (wanted.values) addValues(hints, place, line, number);
  if (!wanted.expansions && !wanted.encodings) return;
  for (const statement of line.statements) {
    if (statement.kind !== 'command') continue;
    const expands = wanted.expansions && mayExpand(statement, analysis);
    if (!expands && !wanted.encodings) continue;
    const code = codeOf(number, statement);
    if (!code || code.bytes.length === 0) continue;
    const position = { line: number, character: endOf(statement) };
    const expansion = expands ? expansionHint(code, analysis) : undefined;
    if (expansion) hints.push({ position, ...expansion, paddingLeft: true });
    if (wanted.encodings) hints.push({ position, ...encodingHint(code), paddingLeft: true });
  }
}

/** The column after the last character of a statement. */
function endOf({ operandsStart, end, start, name }: Statement): number {
  return operandsStart < end ? end : start + name.length;
}

/** Whether a statement can be several instructions: a pseudo-instruction that has such a form, or a macro call. */
function mayExpand({ key }: Statement, analysis: Analysis): boolean {
  if (analysis.macros.has(key)) return true;
  return candidatesNamed(key).some(({ pseudo }) => pseudo && (pseudo.special || pseudo.expansion.length > 1));
}

type Label = Pick<InlayHint, 'label' | 'tooltip'>;

function expansionHint(code: PlacedCode, analysis: Analysis): Label | undefined {
  const names = addressNames(analysis);
  const instructions = disassembled(code, (address) => names.get(address)).split('\n');
  if (instructions.length < 2) return undefined;
  const text = instructions.join('; ');
  const label = text.length > shownCharacters ? `${text.slice(0, shownCharacters - 1)}…` : text;
  return {
    label: `→ ${label}`,
    tooltip: { kind: 'markdown', value: `\`\`\`riscv-asm\n${instructions.slice(0, 100).join('\n')}\n\`\`\`` },
  };
}

const namesOfAddresses = new WeakMap<Analysis, ReadonlyMap<bigint, string>>();

/** The symbols of a program by address, for jump targets. */
function addressNames(analysis: Analysis): ReadonlyMap<bigint, string> {
  let names = namesOfAddresses.get(analysis);
  if (!names) {
    const symbols = (analysis.result.program?.symbols ?? []).filter(
      ({ type, name }) => type !== 'absolute' && name !== '',
    );
    names = new Map(symbols.map(({ value, name }) => [value, name]));
    namesOfAddresses.set(analysis, names);
  }
  return names;
}

function encodingHint({ address, bytes }: PlacedCode): Label {
  const shown = Array.from(bytes.subarray(0, shownBytes), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return { label: `${address.toString(16)}: ${shown}${bytes.length > shownBytes ? ' …' : ''}` };
}

/** Directives in which values of names say nothing new. */
const valueless =
  /^\.(set|equ|equiv|eqv|globl|global|weak|local|extern|type|size|section|macro|ifn?def|ifnotdef|comm|lcomm|cfi_\w+)$/;

function addValues(hints: InlayHint[], { document, analysis }: Place, line: Line, number: number): void {
  for (const statement of line.statements) {
    if (statement.kind !== 'command' || valueless.test(statement.key)) continue;
    for (const word of occurrencesOf(line)) {
      const inside = word.start >= statement.operandsStart && word.end <= statement.end;
      if (!inside || word.definition || word.kind !== 'symbol') continue;
      const value = valueOfName(analysis, word, document.key, number, statement);
      if (value === undefined) continue;
      const position = { line: number, character: word.end };
      hints.push({ position, label: `= ${value}`, kind: InlayHintKind.Parameter, paddingLeft: true });
    }
  }
}

/** Mnemonics whose operand is where they go: its address says nothing to a reader. */
const goesTo = (key: string): boolean =>
  candidatesNamed(key).some(
    ({ instruction, pseudo, syntax }) =>
      /\btarget\b/.test(syntax) ||
      instruction?.transfers ||
      pseudo?.special === 'call' ||
      pseudo?.special === 'tail' ||
      pseudo?.special === 'jump',
  );

function valueOfName(
  analysis: Analysis,
  word: Occurrence,
  key: string,
  line: number,
  statement: Statement,
): string | undefined {
  if (meaningOf(analysis, word, key, line).kind === 'define') {
    const text = preprocessed(word.name, analysis);
    // Names that are left have no value: it is no number then.
    const isNumber = text !== undefined && !/[A-Za-z_]/.test(text.replace(/\b\d\w*/g, ''));
    const value = isNumber ? evaluateCondition(text) : '';
    return typeof value === 'string' ? undefined : shownNumber(BigInt(value));
  }
  const symbol = analysis.symbolNamed(word.name);
  if (!symbol) {
    const object = analysis.objectSymbolNamed(word.name, key);
    return object?.section === 'absolute' ? shownNumber(BigInt(object.value)) : undefined;
  }
  if (symbol.type === 'absolute') return shownNumber(symbol.value);
  return goesTo(statement.key) ? undefined : hex(symbol.value);
}

/** Small numbers as people count, others as they stand in registers. */
function shownNumber(value: bigint): string {
  const signed = BigInt.asIntN(64, value);
  return signed > -1024n && signed < 1024n ? `${signed}` : hex(BigInt.asUintN(64, value));
}
