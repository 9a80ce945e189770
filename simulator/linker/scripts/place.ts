import { type ObjectFile, SectionFlag } from '../../object/elf/relocatable';
import { Kind } from '../sections/kind';
import { type InputSection, type OutputItem, OutputSection } from '../sections/sections';
import { OrphanPlacer } from './orphans';
import type { LayoutNode, PlacedScript } from './placed-script';
import type {
  Assertion,
  Assignment,
  InputDescription,
  LinkerScript,
  OutputDescription,
  ScriptExpression,
  SectionStatement,
} from './syntax';
import { compareSections, excludes, matchesFile, takes } from './wildcard';

const discardName = '/DISCARD/';

/** Puts the input sections into output sections as a script says: the first description that takes one gets it. */
export function placeSections(
  script: LinkerScript,
  inputs: readonly InputSection[],
  objects: readonly ObjectFile[],
  discardsOrphans: boolean,
): PlacedScript {
  let waiting = inputs.filter((input) => !input.discarded);
  const nodes: LayoutNode[] = [];
  const unmatchedFiles: InputDescription[] = [];
  const takeInputs = (output: OutputSection, description: InputDescription): void => {
    // ld discards what has other flags as well.
    const isDiscard = output.name === discardName;
    const taken = matching(isDiscard ? { ...description, wanted: 0, unwanted: 0 } : description, waiting);
    if (taken.length === 0) {
      if (namesAbsentFile(description, objects)) unmatchedFiles.push(description);
      return;
    }
    const members = new Set(taken);
    waiting = waiting.filter((input) => !members.has(input));
    for (const input of taken) {
      if (isDiscard) input.discarded = true;
      else output.add(input);
      if (input.size === 0 && isKept(input)) output.keep = true;
    }
  };
  const keeping = script.statements.flatMap((statement) =>
    statement.kind === 'output' ? statement.statements.flatMap((child) => (keeps(child) ? [child] : [])) : [],
  );
  /** An empty section is kept, with its output section, where any description says KEEP of it. */
  const isKept = (input: InputSection): boolean =>
    (input.source.flags & SectionFlag.GnuRetain) !== 0 || keeping.some((child) => describes(child, input));
  const mentioned = new Mentions(script);
  mentioned.beginStated();
  for (const statement of script.statements) {
    if (statement.kind !== 'output') {
      nodes.push({ kind: 'statement', statement });
      mentioned.begin(statement);
      continue;
    }
    // Nothing is in /DISCARD/, but orphans go by its place too.
    const output = mentioned.outputs.get(statement)!;
    if (statement.constraint) {
      const all = statement.statements.flatMap((child) => (child.kind === 'input' ? matching(child, waiting) : []));
      const readOnly = all.every(({ source }) => (source.flags & SectionFlag.Write) === 0);
      output.excluded = readOnly !== (statement.constraint === 'ONLY_IF_RO');
    }
    nodes.push({ kind: 'output', output });
    if (output.excluded) {
      // What is assigned in it is assigned all the same, as for ld.
      for (const child of statement.statements)
        if (child.kind === 'assignment' || child.kind === 'assert')
          output.items.push({ kind: 'statement', statement: child, end: 0 });
      continue;
    }
    for (const child of statement.statements) {
      if (child.kind === 'input') takeInputs(output, child);
      else mentioned.add(output, child);
    }
  }
  const orphans = new OrphanPlacer(nodes, waiting, mentioned.inFile);
  for (const input of waiting)
    if (!discardsOrphans || input.name === 'COMMON') orphans.place(input);
    else input.discarded = true;
  return {
    nodes,
    outputs: nodes.flatMap((node) => (node.kind === 'output' ? [node.output] : [])),
    inFile: mentioned.inFile,
    orphans: waiting.filter(({ name }) => name !== 'COMMON'),
    unmatchedFiles,
  };
}

function keeps(statement: SectionStatement): statement is InputDescription {
  return statement.kind === 'input' && statement.keep;
}

function addStatement(output: OutputSection, statement: (OutputItem & { kind: 'statement' })['statement']): void {
  output.items.push({ kind: 'statement', statement, end: 0 });
  if (statement.kind !== 'data') {
    output.begin(0);
    return;
  }
  const stated = output.description?.type;
  let kind = Kind.Contents | Kind.Alloc | Kind.Load;
  if (stated === 'noalloc') kind = Kind.Contents;
  else if (stated === 'noload') kind = Kind.Alloc;
  output.begin(kind | Kind.ReadOnly);
  output.kind |= stated === 'readonly' ? kind | Kind.ReadOnly : kind;
  output.keep = true;
  output.statesData = true;
}

/** The output sections of a script, and which of them are there because an expression mentions them. */
class Mentions {
  readonly outputs: ReadonlyMap<OutputDescription, OutputSection>;
  readonly inFile: OutputSection[] = [];
  readonly #byName = new Map<string, OutputSection>();

  constructor(readonly script: LinkerScript) {
    const descriptions = script.statements.filter((statement) => statement.kind === 'output');
    const onBegin = (output: OutputSection): void => {
      this.inFile.push(output);
      // What its own address mentions is there as well.
      for (const value of [output.description?.address, output.description?.loadAddress]) if (value) this.#visit(value);
    };
    this.outputs = new Map(descriptions.map((one) => [one, new OutputSection(one.name, one, onBegin)]));
    for (const output of this.outputs.values())
      if (!this.#byName.has(output.name)) this.#byName.set(output.name, output);
  }

  /** Sections whose start an option of the link states are there first. */
  beginStated(): void {
    for (const name of this.script.startsStated) this.#byName.get(name)?.begin(0);
  }

  /** Puts a statement into a section. */
  add(output: OutputSection, statement: Exclude<SectionStatement, InputDescription>): void {
    // ld looks at the value of data before it makes the section be there, and at other values after that.
    if (statement.kind === 'data') this.begin(statement);
    addStatement(output, statement);
    if (statement.kind !== 'data') this.begin(statement);
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
      case 'assertion':
        this.#visit(expression.assertion.condition);
        break;
      case 'named':
        if (expression.name === 'ADDR' || expression.name === 'LOADADDR')
          this.#byName.get(expression.subject)?.begin(0);
        break;
      default:
    }
  }
}

/** A description that names one file, which is none of those that are linked. `archive:member` names what may be there, as for ld. */
function namesAbsentFile({ file }: InputDescription, objects: readonly ObjectFile[]): boolean {
  if (/[*?[:]/.test(file.name)) return false;
  return !objects.some((object) => matchesFile(file.name, object));
}

/** Whether a description names a section. KEEP asks this; INPUT_SECTION_FLAGS play no part in that, as for ld. */
export function describes({ file, sections }: InputDescription, input: InputSection): boolean {
  const isFile = matchesFile(file.name, input.file) && !excludes(file, input.file);
  return isFile && sections.some((pattern) => takes(pattern, input.name, input.file));
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
        isTaken = matchesFile(file.name, input.file) && !excludes(file, input.file);
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
