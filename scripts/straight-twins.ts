import path from 'node:path';
import ts from 'typescript';
import { originOf } from './broken-pagers';
import { enteredCall, type Handler, isHandler, straightCall, yieldedStep } from './handler-syntax';
import { MappedText } from './mapped-text';

/** Behind the name of a handler: its straight twin. */
const STRAIGHT = '$straight';
/** Declares `inside`. */
const narrationModule = 'simulator/machine/narration';

/**
 * Writes a handler's source as the bundles have it. Each generator is there twice: as it narrates, with the ids of its sites, and behind
 * that its straight twin, a plain function of the same text in which steps are nothing and each call is of the twin of what it enters.
 * @param siteOf the id of a `yield` that is a site
 * @returns undefined where the source has no handler and enters none
 */
export function writeTwins(
  source: ts.SourceFile,
  siteOf: (node: ts.Node) => number | undefined,
): MappedText | undefined {
  return new TwinWriter(source, siteOf).write();
}

class TwinWriter {
  private readonly text: MappedText;
  /** Up to where the source has been written. */
  private written = 0;
  private entersOthers = false;
  /** Functions of which the twins are called. */
  private readonly twins = new Set<string>();

  constructor(
    private readonly source: ts.SourceFile,
    private readonly siteOf: (node: ts.Node) => number | undefined,
  ) {
    this.text = new MappedText(source);
  }

  write(): MappedText | undefined {
    this.visit(this.source, false);
    // Nothing had to be written otherwise than it stands.
    if (this.written === 0) return undefined;
    this.copyTo(this.source.end);
    // At the end, where no line of the source moves for them: imports hold in all of a module.
    for (const line of this.imports()) this.text.add(`\n${line}`);
    return this.text;
  }

  /** @param straight whether the node is written as a part of a straight twin */
  private visit(node: ts.Node, straight: boolean): void {
    const step = yieldedStep(node);
    const entered = enteredCall(node);
    const call = entered ?? straightCall(node);
    if (isHandler(node)) this.writeBoth(node);
    else if (step && straight) this.replace(node.getStart(), node.end, 'void 0');
    else if (step) this.addId(step, node);
    else if (entered && !straight) this.enter(node);
    else if (call) this.callTwin(call, node, straight);
    else this.visitChildren(node, straight);
  }

  /** What stands around the call, `yield*` or `runThrough()`, is left out. */
  private callTwin(call: ts.CallExpression, node: ts.Node, straight: boolean): void {
    this.replace(node.getStart(), call.getStart(), '');
    this.visit(call.expression, straight);
    this.replace(call.expression.end, call.expression.end, STRAIGHT);
    if (ts.isIdentifier(call.expression)) this.twins.add(call.expression.text);
    for (const argument of call.arguments) this.visit(argument, straight);
    this.copyTo(call.end);
    this.replace(call.end, node.end, '');
  }

  private visitChildren(node: ts.Node, straight: boolean): void {
    ts.forEachChild(node, (child) => this.visit(child, straight));
  }

  private writeBoth(node: Handler): void {
    this.visit(node.body, false);
    this.copyTo(node.end);
    this.text.add(ts.isObjectLiteralExpression(node.parent) ? ', ' : ' ');
    this.written = node.getStart();
    this.replace(node.asteriskToken.getStart(), node.asteriskToken.end, ' ');
    if (node.name) this.replace(node.name.end, node.name.end, STRAIGHT);
    this.visit(node.body, true);
    this.copyTo(node.end);
  }

  private addId(step: ts.TaggedTemplateExpression, node: ts.Node): void {
    this.visit(step.tag, false);
    this.replace(step.tag.end, step.tag.end, `.at(${this.siteOf(node)})`);
    this.visit(step.template, false);
  }

  /** @param node the `yield*`, whose operand is the call, or that with the world into which it leads */
  private enter(node: ts.Node): void {
    this.entersOthers = true;
    ts.forEachChild(node, (operand) => {
      if (!ts.isCallExpression(operand)) return;
      this.replace(operand.getStart(), operand.getStart(), `inside(${this.siteOf(node)}, `);
      this.visitChildren(operand, false);
      this.replace(operand.end, operand.end, ')');
    });
  }

  /** The twins of imported functions come from where those do. */
  private *imports(): Generator<string> {
    if (this.entersOthers) {
      const narration = path.posix.relative(path.posix.dirname(originOf(this.source.fileName)), narrationModule);
      yield `import { inside } from '${narration}';`;
    }
    for (const statement of this.source.statements) {
      const bindings = ts.isImportDeclaration(statement) && statement.importClause?.namedBindings;
      if (!bindings || !ts.isNamedImports(bindings)) continue;
      const twins = bindings.elements
        .filter(({ name }) => this.twins.has(name.text))
        .map(({ name, propertyName }) =>
          propertyName ? `${propertyName.text}${STRAIGHT} as ${name.text}${STRAIGHT}` : name.text + STRAIGHT,
        );
      const from = statement.moduleSpecifier.getText();
      if (twins.length > 0) yield `import { ${twins.join(', ')} } from ${from};`;
    }
  }

  private copyTo(end: number): void {
    if (end > this.written) this.text.copy(this.written, end);
    this.written = end;
  }

  private replace(from: number, to: number, text: string): void {
    this.copyTo(from);
    this.text.add(text);
    this.written = to;
  }
}
