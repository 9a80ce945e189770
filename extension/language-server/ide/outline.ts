import type { Line, SourceText, Statement } from './assembly';
import { type Definition, definitionsOf } from './index/source-index';
import { occurrencesOf } from './occurrences';

/** Lines that go into one section, from the directive that enters it (or the beginning of the source) on. */
export interface SectionPart {
  readonly name: string;
  readonly code: boolean;
  readonly first: number;
  last: number;
  /** The directive; absent for the section that a source begins in. */
  readonly statement: Statement | undefined;
}

export type LabelKind = 'function' | 'label' | 'data';

export interface OutlineLabel {
  readonly name: string;
  readonly kind: LabelKind;
  readonly line: number;
  readonly start: number;
  readonly end: number;
  /** Whether `.globl` or `.weak` makes it known to other files. */
  readonly exported: boolean;
  /** The last line before the next label of its kind, or before its section ends. */
  last: number;
}

export interface Outline {
  readonly sections: readonly SectionPart[];
  /** Labels but numeric and `.L` ones. */
  readonly labels: readonly OutlineLabel[];
  /** Constants, common symbols, macros and `#define` names. */
  readonly others: readonly (Definition & { readonly number: number })[];
}

const known = new WeakMap<readonly Line[], Outline>();

/** What a source is made of, as its text says. Nothing is assembled: it holds for sources with errors too. */
export function outlineOf({ lines }: SourceText): Outline {
  let outline = known.get(lines);
  if (!outline) {
    outline = makeOutline(lines, []);
    known.set(lines, outline);
  }
  return outline;
}

/** A label that no text has as such: a macro or the preprocessor made it in a line. */
export type MadeLabel = Pick<OutlineLabel, 'name' | 'kind' | 'line' | 'start' | 'end' | 'exported'>;

/** The same with labels that an assembly found. */
export function outlineWith({ lines }: SourceText, made: readonly MadeLabel[]): Outline {
  return makeOutline(lines, made);
}

/** The function that a line belongs to. */
export function functionAround({ labels }: Outline, line: number): OutlineLabel | undefined {
  for (let i = labels.length - 1; i >= 0; i--) {
    const label = labels[i]!;
    if (label.kind === 'function' && label.line <= line) return line <= label.last ? label : undefined;
  }
  return undefined;
}

const Dot = 0x2e;
const calls = new Set(['call', 'tail', 'jal']);

function makeOutline(lines: readonly Line[], made: readonly MadeLabel[]): Outline {
  const facts = factsOf(lines);
  const { sections } = facts;
  const labels: OutlineLabel[] = [];
  const others: (Definition & { number: number })[] = [];
  let at = 0;
  lines.forEach((line, number) => {
    while (at + 1 < sections.length && sections[at + 1]!.first <= number) at++;
    for (const definition of definitionsOf(line)) {
      const { kind, name, start, end } = definition;
      if (kind !== 'label') others.push({ ...definition, number });
      else if (!name.startsWith('.L')) {
        const exported = facts.exported.has(name);
        const named = exported || facts.functions.has(name) || facts.called.has(name);
        const labelKind = !sections[at]!.code || facts.objects.has(name) ? 'data' : named ? 'function' : 'label';
        labels.push({ name, kind: labelKind, line: number, start, end, exported, last: number });
      }
    }
  });
  if (made.length > 0) {
    labels.push(...made.map((label) => ({ ...label, last: label.line })));
    labels.sort((a, b) => a.line - b.line || a.start - b.start);
  }
  endLabels(labels, sections, lines);
  return { sections, labels, others };
}

interface Facts {
  readonly sections: SectionPart[];
  readonly exported: Set<string>;
  readonly functions: Set<string>;
  readonly objects: Set<string>;
  readonly called: Set<string>;
}

function factsOf(lines: readonly Line[]): Facts {
  const sections: SectionPart[] = [
    { name: '.text', code: true, first: 0, last: lines.length - 1, statement: undefined },
  ];
  const facts: Facts = {
    sections,
    exported: new Set(),
    functions: new Set(),
    objects: new Set(),
    called: new Set(),
  };
  const stack: SectionPart[] = [];
  let previous: SectionPart | undefined;
  const enter = (name: string, code: boolean, first: number, statement: Statement): void => {
    const before = sections.at(-1)!;
    previous = before;
    before.last = Math.max(before.first, first - 1);
    sections.push({ name, code, first, last: lines.length - 1, statement });
  };
  lines.forEach((line, number) => {
    for (const statement of line.statements) {
      if (statement.kind !== 'command') continue;
      const { key } = statement;
      if (key.charCodeAt(0) !== Dot) {
        if (calls.has(key)) noteCall(facts, statement);
        continue;
      }
      switch (key) {
        case '.text':
        case '.data':
        case '.bss':
          enter(key, key === '.text', number, statement);
          break;
        case '.pushsection':
        case '.section': {
          if (key === '.pushsection') stack.push(sections.at(-1)!);
          const [name = '', flags] = statement.operandText.split(',');
          const plain = name.trim().replace(/^"|"$/g, '');
          if (plain !== '') enter(plain, isCode(plain, flags), number, statement);
          break;
        }
        case '.popsection':
        case '.previous': {
          const back = key === '.previous' ? previous : stack.pop();
          if (back) enter(back.name, back.code, number, statement);
          break;
        }
        case '.globl':
        case '.global':
        case '.weak':
          for (const { kind, name } of occurrencesOf(line)) if (kind === 'symbol') facts.exported.add(name);
          break;
        case '.type':
          noteType(facts, statement);
          break;
      }
    }
  });
  return facts;
}

function isCode(name: string, flags: string | undefined): boolean {
  return flags?.includes('"') ? flags.includes('x') : /^\.(text|init|fini|plt)\b/.test(name);
}

/** `call name`, `jal rd, name`: what the last operand names. */
function noteCall({ called }: Facts, { operandText }: Statement): void {
  const target = operandText.slice(operandText.lastIndexOf(',') + 1).trim();
  const name = /^[A-Za-z_.$][\w.$]*/.exec(target);
  if (name) called.add(name[0]);
}

function noteType({ functions, objects }: Facts, { operandText }: Statement): void {
  const match = /^\s*"?([^\s",]+)"?\s*,?\s*[@%"#]?(?:STT_)?(\w+)/.exec(operandText);
  if (!match) return;
  const [, name = '', type = ''] = match;
  if (/^(func|function|gnu_indirect_function)$/i.test(type)) functions.add(name);
  else if (/^(object|tls_object|common)$/i.test(type)) objects.add(name);
}

/** A function goes on to the next one, other labels to the next label, both to the end of their section at the latest. */
function endLabels(labels: readonly OutlineLabel[], sections: readonly SectionPart[], lines: readonly Line[]): void {
  let at = sections.length - 1;
  let nextLabel = lines.length;
  let nextFunction = lines.length;
  for (let i = labels.length - 1; i >= 0; i--) {
    const label = labels[i]!;
    while (at > 0 && sections[at]!.first > label.line) at--;
    const limit = label.kind === 'function' ? nextFunction : nextLabel;
    let last = Math.max(label.line, Math.min(sections[at]!.last, limit - 1));
    while (last > label.line && lines[last]!.statements.length === 0) last--;
    label.last = last;
    nextLabel = label.line;
    if (label.kind !== 'label') nextFunction = label.line;
  }
}
