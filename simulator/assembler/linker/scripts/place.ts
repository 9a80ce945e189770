import { SectionFlag } from '../../../object/relocatable';
import { type InputSection, type OutputItem, OutputSection } from '../sections';
import { OrphanPlacer } from './orphans';
import type { Assertion, Assignment, InputDescription, LinkerScript, ScriptExpression } from './syntax';
import { compareSections, matchesFile, takes } from './wildcard';

/** A step of the layout: an output section, or a statement between them. */
export type LayoutNode =
  | { readonly kind: 'output'; readonly output: OutputSection }
  | { readonly kind: 'statement'; readonly statement: Assignment | Assertion };

/** What a script makes of a link's sections, before anything has an address. */
export interface PlacedScript {
  readonly nodes: readonly LayoutNode[];
  /** In the order of the script. */
  readonly outputs: readonly OutputSection[];
  /** Names of files in the script that no file has. */
  readonly unmatchedFiles: readonly InputDescription[];
}

const discardName = '/DISCARD/';

/** Puts the input sections into output sections as a script says: the first description that takes one gets it. */
export function placeSections(script: LinkerScript, inputs: readonly InputSection[]): PlacedScript {
  let waiting = inputs.filter((input) => !input.discarded);
  const nodes: LayoutNode[] = [];
  const unmatchedFiles: InputDescription[] = [];
  const takeInputs = (output: OutputSection, description: InputDescription): void => {
    const taken = matching(description, waiting);
    if (taken.length === 0) {
      if (namesAbsentFile(description, inputs)) unmatchedFiles.push(description);
      return;
    }
    const members = new Set(taken);
    waiting = waiting.filter((input) => !members.has(input));
    for (const input of taken) {
      if (output.name === discardName) input.discarded = true;
      else output.add(input);
    }
  };
  for (const statement of script.statements) {
    if (statement.kind !== 'output') {
      nodes.push({ kind: 'statement', statement });
      continue;
    }
    const output = new OutputSection(statement.name, statement);
    if (statement.constraint) {
      const all = statement.statements.flatMap((child) => (child.kind === 'input' ? matching(child, waiting) : []));
      const readOnly = all.every(({ source }) => (source.flags & SectionFlag.Write) === 0);
      if (readOnly !== (statement.constraint === 'ONLY_IF_RO')) continue;
    }
    for (const child of statement.statements) {
      if (child.kind === 'input') takeInputs(output, child);
      else addStatement(output, child);
    }
    // Nothing is in /DISCARD/, but orphans go by its place too.
    nodes.push({ kind: 'output', output });
  }
  initialiseMentioned(nodes);
  const orphans = new OrphanPlacer(nodes, waiting);
  for (const input of waiting) orphans.place(input);
  return {
    nodes,
    outputs: nodes.flatMap((node) => (node.kind === 'output' ? [node.output] : [])),
    unmatchedFiles,
  };
}

function addStatement(output: OutputSection, statement: (OutputItem & { kind: 'statement' })['statement']): void {
  output.items.push({ kind: 'statement', statement, end: 0 });
  if (statement.kind === 'assignment' || statement.kind === 'data') output.exists = true;
  if (statement.kind !== 'data') return;
  output.flags |= SectionFlag.Alloc;
  output.type = 1;
  output.keep = true;
}

/** A description that names one file, which is none of those that are linked. */
function namesAbsentFile({ file }: InputDescription, inputs: readonly InputSection[]): boolean {
  if (/[*?[]/.test(file.name)) return false;
  return !inputs.some((input) => matchesFile(file.name, input.file.path));
}

/** Whether a description names a section. */
export function describes({ file, sections, wanted, unwanted }: InputDescription, input: InputSection): boolean {
  const { path } = input.file;
  const { flags } = input.source;
  const isFile = matchesFile(file.name, path) && !file.excluded.some((excluded) => matchesFile(excluded, path));
  const hasFlags = (flags & wanted) === wanted && (flags & unwanted) === 0;
  return isFile && hasFlags && sections.some((pattern) => takes(pattern, input.name, path));
}

/** The sections that a description takes, in its order. */
function matching(description: InputDescription, waiting: readonly InputSection[]): InputSection[] {
  const { file, sections, wanted, unwanted } = description;
  const anyFile = file.name === '*' && file.excluded.length === 0;
  const files = new Map<string, boolean>();
  const taken: { input: InputSection; sort: (typeof sections)[number]['sort'] }[] = [];
  for (const input of waiting) {
    const { path } = input.file;
    if (!anyFile) {
      let isTaken = files.get(path);
      if (isTaken === undefined) {
        isTaken = matchesFile(file.name, path) && !file.excluded.some((excluded) => matchesFile(excluded, path));
        files.set(path, isTaken);
      }
      if (!isTaken) continue;
    }
    const { flags } = input.source;
    if ((flags & wanted) !== wanted || (flags & unwanted) !== 0) continue;
    const pattern = sections.find((candidate) => takes(candidate, input.name, path));
    if (pattern) taken.push({ input, sort: pattern.sort });
  }
  return sorted(taken, file.sort === 'name');
}

/** Each goes before the first that it should precede, as ld inserts them. */
function sorted(
  taken: readonly { input: InputSection; sort: InputDescription['sections'][number]['sort'] }[],
  byFile: boolean,
): InputSection[] {
  const result: InputSection[] = [];
  for (const { input, sort } of taken) {
    let at = result.length;
    if (byFile || sort !== 'none') {
      const before = result.findIndex((other) => {
        const { path } = other.file;
        if (byFile && path !== input.file.path) return input.file.path < path;
        return sort !== 'none' && compareSections(sort, input, other) < 0;
      });
      if (before >= 0) at = before;
    }
    result.splice(at, 0, input);
  }
  return result;
}

/** An expression that mentions a section makes it be there. */
function initialiseMentioned(nodes: readonly LayoutNode[]): void {
  const outputs = new Map<string, OutputSection>();
  for (const node of nodes)
    if (node.kind === 'output' && !outputs.has(node.output.name)) outputs.set(node.output.name, node.output);
  const visit = (expression: ScriptExpression): void => {
    switch (expression.kind) {
      case 'unary':
        visit(expression.operand);
        break;
      case 'binary':
        visit(expression.left);
        visit(expression.right);
        break;
      case 'conditional':
        visit(expression.condition);
        visit(expression.yes);
        visit(expression.no);
        break;
      case 'call':
        for (const operand of expression.operands) visit(operand);
        break;
      case 'segment':
        visit(expression.otherwise);
        break;
      case 'named': {
        const output = outputs.get(expression.subject);
        const isOfSection = ['ADDR', 'LOADADDR', 'SIZEOF', 'ALIGNOF'].includes(expression.name);
        if (output && isOfSection) output.exists = true;
        break;
      }
      default:
    }
  };
  for (const node of nodes) {
    const statements =
      node.kind === 'statement'
        ? [node.statement]
        : node.output.items.flatMap((item) => (item.kind === 'statement' ? [item.statement] : []));
    for (const statement of statements) {
      if (statement.kind === 'assignment' || statement.kind === 'data') visit(statement.value);
      else if (statement.kind === 'assert') visit(statement.condition);
    }
  }
}
