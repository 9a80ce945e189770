import { type ObjectFile, SectionFlag } from '../../../object/relocatable';
import { Kind } from '../kind';
import { type InputSection, type OutputItem, OutputSection } from '../sections';
import { OrphanPlacer } from './orphans';
import type {
  Assertion,
  Assignment,
  InputDescription,
  LinkerScript,
  OutputDescription,
  ScriptExpression,
  SectionStatement,
} from './syntax';
import { compareSections, matchesFile, takes } from './wildcard';

/** A step of the layout: an output section, or a statement between them. */
export type LayoutNode =
  | { readonly kind: 'output'; readonly output: OutputSection }
  | { readonly kind: 'statement'; readonly statement: Assignment | Assertion };

/** What a script makes of a link's sections, before anything has an address. */
export interface PlacedScript {
  readonly nodes: LayoutNode[];
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
  const mentioned = new Mentions(script);
  for (const statement of script.statements) {
    if (statement.kind !== 'output') {
      nodes.push({ kind: 'statement', statement });
      mentioned.begin(statement);
      continue;
    }
    const output = mentioned.outputs.get(statement)!;
    if (statement.constraint) {
      const all = statement.statements.flatMap((child) => (child.kind === 'input' ? matching(child, waiting) : []));
      const readOnly = all.every(({ source }) => (source.flags & SectionFlag.Write) === 0);
      if (readOnly !== (statement.constraint === 'ONLY_IF_RO')) continue;
    }
    for (const child of statement.statements) {
      if (child.kind === 'input') takeInputs(output, child);
      else {
        addStatement(output, child);
        mentioned.begin(child);
      }
    }
    // Nothing is in /DISCARD/, but orphans go by its place too.
    nodes.push({ kind: 'output', output });
  }
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
  if (statement.kind === 'assert') return;
  if (statement.kind !== 'data') {
    output.begin(0);
    return;
  }
  const stated = output.description?.type;
  let kind = Kind.Contents | Kind.Alloc | Kind.Load;
  if (stated === 'noalloc') kind = Kind.Contents;
  else if (stated === 'noload') kind = Kind.Alloc;
  output.begin(kind | Kind.ReadOnly);
  output.kind |= kind;
  output.keep = true;
}

/** The output sections of a script, and which of them are there because an expression mentions them. */
class Mentions {
  readonly outputs: ReadonlyMap<OutputDescription, OutputSection>;
  readonly #byName = new Map<string, OutputSection>();

  constructor({ statements }: LinkerScript) {
    const descriptions = statements.filter((statement) => statement.kind === 'output');
    this.outputs = new Map(descriptions.map((one) => [one, new OutputSection(one.name, one)]));
    for (const output of this.outputs.values())
      if (!this.#byName.has(output.name)) this.#byName.set(output.name, output);
  }

  /** Makes the sections be there that a statement mentions. */
  begin(statement: Exclude<SectionStatement, InputDescription> | Assignment | Assertion): void {
    if (statement.kind === 'assignment' || statement.kind === 'data') this.#visit(statement.value);
    else if (statement.kind === 'assert') this.#visit(statement.condition);
  }

  #visit(expression: ScriptExpression): void {
    switch (expression.kind) {
      case 'unary':
        this.#visit(expression.operand);
        break;
      case 'binary':
        this.#visit(expression.left);
        this.#visit(expression.right);
        break;
      case 'conditional':
        this.#visit(expression.condition);
        this.#visit(expression.yes);
        this.#visit(expression.no);
        break;
      case 'call':
        for (const operand of expression.operands) this.#visit(operand);
        break;
      case 'segment':
        this.#visit(expression.otherwise);
        break;
      case 'named':
        if (['ADDR', 'LOADADDR', 'SIZEOF', 'ALIGNOF'].includes(expression.name))
          this.#byName.get(expression.subject)?.begin(0);
        break;
      default:
    }
  }
}

/** A description that names one file, which is none of those that are linked. */
function namesAbsentFile({ file }: InputDescription, inputs: readonly InputSection[]): boolean {
  if (/[*?[]/.test(file.name)) return false;
  return !inputs.some((input) => matchesFile(file.name, input.file));
}

/** Whether a description names a section. */
export function describes({ file, sections, wanted, unwanted }: InputDescription, input: InputSection): boolean {
  const { flags } = input.source;
  const isFile =
    matchesFile(file.name, input.file) && !file.excluded.some((excluded) => matchesFile(excluded, input.file));
  const hasFlags = (flags & wanted) === wanted && (flags & unwanted) === 0;
  return isFile && hasFlags && sections.some((pattern) => takes(pattern, input.name, input.file));
}

/** The sections that a description takes, in its order. */
function matching(description: InputDescription, waiting: readonly InputSection[]): InputSection[] {
  const { file, sections, wanted, unwanted } = description;
  const anyFile = file.name === '*' && file.excluded.length === 0;
  const files = new Map<ObjectFile, boolean>();
  const taken: { input: InputSection; sort: (typeof sections)[number]['sort'] }[] = [];
  for (const input of waiting) {
    if (!anyFile) {
      let isTaken = files.get(input.file);
      if (isTaken === undefined) {
        isTaken =
          matchesFile(file.name, input.file) && !file.excluded.some((excluded) => matchesFile(excluded, input.file));
        files.set(input.file, isTaken);
      }
      if (!isTaken) continue;
    }
    const { flags } = input.source;
    if ((flags & wanted) !== wanted || (flags & unwanted) !== 0) continue;
    const pattern = sections.find((candidate) => takes(candidate, input.name, input.file));
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
