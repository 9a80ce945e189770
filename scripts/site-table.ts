import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Plugin } from 'esbuild';
import { globSync } from 'glob';
import ts from 'typescript';
import { BUILT_SOURCES, type BuiltPager, brokenPagers, originOf, pagersModule } from './broken-pagers';
import { enteredCall, type Handler, isHandler, problemOf, yieldedStep } from './handler-syntax';
import type { MappedText } from './mapped-text';
import { SiteFlow } from './site-flow';
import { writeTwins } from './straight-twins';

/** See simulator/machine/sites.d.ts, which declares the same shape for the importers of `hyperstep:sites`. */
export interface Site {
  id: number;
  kind: 'step' | 'call';
  file: string;
  line: number;
  column: number;
  endLine: number;
  function: string;
  functionLines: [number, number];
  text: string[];
  expressions: string[];
  next: number[];
  first?: number[];
}

/** A function of a handler's source, and the sites to which it may come first. */
interface HandlerFunction {
  readonly file: string;
  /** As it is called: `name`, or `Class.name`. */
  readonly name: string;
  readonly first: number[];
}

/** Where VMM and firmware have their handlers, and who runs them. */
const handlersPlaces = ['simulator/firmware', 'simulator/hypervisor', 'simulator/machine/machine.ts'];

/**
 * An esbuild plugin: VMM handlers are generators that narrate what they do (``yield step`load the guest's PTE at ${gpa}` ``) and
 * enter each other with `yield*`. It gives every such place an id, serves the table of them as `hyperstep:sites`, and passes the id at
 * run time: ``yield step`…` `` becomes ``yield step.at(ID)`…` ``, and `yield* f(x)` becomes `yield* inside(ID, f(x))`. Beside each handler
 * it writes the straight twin that runs where nobody looks (`straight-twins.ts`). It serves the pagers with a mistake in them as
 * `hyperstep:pagers`, whose sources are handlers' files like the others (`broken-pagers.ts`).
 * @param edits texts of handlers' files, by their paths in the repository, that are built in the place of what is in the files
 */
export function siteTable(root = process.cwd(), edits: ReadonlyMap<string, string> = new Map()): Plugin {
  return {
    name: 'site-table',
    setup(build) {
      let handlers: ReadonlyMap<string, string>;
      let scanned: Scanned;
      let pagers: readonly BuiltPager[];
      build.onStart(() => {
        pagers = brokenPagers(root);
        const built = pagers.map(({ source, text }): [string, string] => [source, text]);
        handlers = new Map([...readHandlers(root), ...edits, ...built]);
        scanned = scanHandlers(handlers);
        return { errors: scanned.errors.map(({ message, ...location }) => ({ text: message, location })) };
      });
      build.onResolve({ filter: /^hyperstep:sites$/ }, () => ({ path: 'sites', namespace: 'hyperstep' }));
      build.onLoad({ filter: /.*/, namespace: 'hyperstep' }, () => ({
        contents: `export const sites = ${JSON.stringify(scanned.sites)};`,
      }));
      build.onResolve({ filter: /^hyperstep:pagers$/ }, () => ({ path: 'pagers', namespace: 'hyperstep-pagers' }));
      build.onLoad({ filter: /.*/, namespace: 'hyperstep-pagers' }, () => ({ contents: pagersModule(pagers) }));
      build.onResolve({ filter: new RegExp(`^${BUILT_SOURCES}/`) }, ({ path: source }) => ({
        path: source,
        namespace: BUILT_SOURCES,
      }));
      build.onLoad({ filter: /.*/, namespace: BUILT_SOURCES }, ({ path: source }) => ({
        contents: scanned.rewritten.get(source)?.toString() ?? handlers.get(source) ?? '',
        loader: 'ts',
        // What it imports is what the source imports of which it was made.
        resolveDir: path.join(root, path.dirname(originOf(source))),
      }));
      build.onLoad({ filter: /[\\/]simulator[\\/](firmware|hypervisor|machine)[\\/].*\.ts$/ }, ({ path: file }) => {
        const source = relativePath(root, file);
        const contents = scanned.rewritten.get(source)?.toString() ?? handlers.get(source);
        return contents === undefined ? undefined : { contents, loader: 'ts' };
      });
    },
  };
}

export interface Scanned {
  readonly sites: Site[];
  /** File to its text with ids and twins written in. */
  readonly rewritten: Map<string, MappedText>;
  readonly errors: { file: string; line: number; column: number; message: string }[];
}

/** @param files repo-relative path to source text */
export function scanHandlers(files: ReadonlyMap<string, string>): Scanned {
  const scanned: Scanned = { sites: [], rewritten: new Map(), errors: [] };
  const sources = [...files.keys()]
    .sort()
    .map((file) => ts.createSourceFile(file, files.get(file) ?? '', ts.ScriptTarget.ES2022, true));
  const handlers = new Set(sources.flatMap(handlerNames));
  const scannedFiles = sources.map((source) => scanFile(source, handlers, scanned));
  const functions = scannedFiles.flatMap((each) => each.functions);
  const imported = new Map(scannedFiles.map((each) => [each.file, each.imported]));
  const bases = new Map(scannedFiles.flatMap((each) => [...each.bases]));
  for (const site of scanned.sites) {
    if (site.kind !== 'call') continue;
    const entered = functionsEntered(site, functions, bases, imported.get(site.file));
    if (entered.length > 0) site.first = [...new Set(entered.flatMap(({ first }) => first))];
  }
  return scanned;
}

/**
 * The functions that a call may enter, where its name alone says it: the one of the same class or file, the imported one, or the only one of
 * that name; of a method of another object, those of all classes that have one of that name. None where the name does not tell.
 * @param bases the class that each one extends
 * @param imported names that the call's file imports, with the files that they come from
 */
function functionsEntered(
  { expressions, file, function: caller }: Site,
  functions: readonly HandlerFunction[],
  bases: ReadonlyMap<string, string>,
  imported: ReadonlyMap<string, string> | undefined,
): readonly HandlerFunction[] {
  const [called = ''] = expressions;
  const owner = caller.includes('.') ? caller.split('.')[0] : undefined;
  const name = called.startsWith('this.') ? `${owner}.${called.slice('this.'.length)}` : called;
  const named = functions.filter((each) => each.name === name);
  const here = named.filter((each) => each.file === (imported?.get(name) ?? file));
  if (here.length === 1) return here;
  if (named.length === 1) return named;
  const method = /^[\w.?!]+\.(\w+)$/.exec(called)?.[1];
  if (method === undefined) return [];
  if (called.startsWith('super.')) return inherited(owner, method, functions, bases);
  const ofClasses = functions.filter((each) => each.name.endsWith(`.${method}`) && each.name !== caller);
  const ofObjects = functions.filter((each) => each.name === method);
  if (ofObjects.length === 0) return ofClasses;
  // Of a source and those that were made of it, only a run tells which one it is.
  const [files, origins] = [ofObjects.map(({ file: of }) => of), ofObjects.map(({ file: of }) => originOf(of))];
  const areOne = new Set(origins).size === 1 && new Set(files).size === files.length;
  return areOne && ofClasses.length === 0 ? ofObjects : [];
}

/** A method as the nearest class above has it. */
function inherited(
  owner: string | undefined,
  method: string,
  functions: readonly HandlerFunction[],
  bases: ReadonlyMap<string, string>,
): readonly HandlerFunction[] {
  for (let base = owner && bases.get(owner); base !== undefined; base = bases.get(base)) {
    const found = functions.filter((each) => each.name === `${base}.${method}`);
    if (found.length > 0) return found;
  }
  return [];
}

interface ScannedFile {
  readonly file: string;
  readonly functions: readonly HandlerFunction[];
  /** Names that are imported from files of the repository, with the files. */
  readonly imported: ReadonlyMap<string, string>;
  /** Its classes, with those that they extend. */
  readonly bases: ReadonlyMap<string, string>;
}

function scanFile(
  source: ts.SourceFile,
  handlers: ReadonlySet<string>,
  { sites, rewritten, errors }: Scanned,
): ScannedFile {
  const { fileName: file } = source;
  const yields = new Map<ts.Node, number>();
  const bodies: { readonly name: string; readonly body: ts.Node }[] = [];

  /** @param node what the `yield` is of: a step, or a call */
  const addSite = (
    yielded: ts.Node,
    node: ts.Node,
    kind: Site['kind'],
    pieces: string[],
    expressions: ts.Node[],
  ): void => {
    const start = source.getLineAndCharacterOfPosition(node.getStart(source));
    const id = sites.length;
    sites.push({
      id,
      kind,
      file,
      line: start.line + 1,
      column: start.character + 1,
      endLine: source.getLineAndCharacterOfPosition(node.end).line + 1,
      ...enclosingFunction(node, source),
      text: pieces,
      expressions: expressions.map((expression) => expression.getText(source)),
      next: [],
    });
    yields.set(yielded, id);
  };

  const visit = (node: ts.Node): void => {
    const message = problemOf(node, handlers);
    if (message !== undefined) {
      const { line, character } = source.getLineAndCharacterOfPosition(node.getStart(source));
      errors.push({ file, line: line + 1, column: character, message });
    }
    if (isHandler(node)) bodies.push({ name: qualifiedName(node), body: node.body });
    const step = yieldedStep(node);
    const call = enteredCall(node);
    if (step) addSite(node, step, 'step', templateText(step.template), templateExpressions(step.template));
    else if (call) addSite(node, call, 'call', [], [call.expression]);
    ts.forEachChild(node, visit);
  };
  visit(source);

  // Where something is wrong, no errors that would follow from it.
  const twins = errors.some((error) => error.file === file)
    ? undefined
    : writeTwins(source, (node) => yields.get(node));
  if (twins) rewritten.set(file, twins);

  const flow = new SiteFlow((node) => yields.get(node));
  const functions = bodies.map(({ name, body }) => ({ file, name, first: [...flow.ofFunction(body)] }));
  for (const [site, next] of flow.next) sites[site]?.next.push(...next);
  return { file, functions, imported: importedNames(source, file), bases: basesIn(source) };
}

function basesIn(source: ts.SourceFile): Map<string, string> {
  const bases = new Map<string, string>();
  const visit = (node: ts.Node): void => {
    const [base] = (ts.isClassDeclaration(node) && node.heritageClauses?.find(isExtends)?.types) || [];
    if (ts.isClassDeclaration(node) && node.name && base) bases.set(node.name.text, base.expression.getText(source));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return bases;
}

const isExtends = ({ token }: ts.HeritageClause): boolean => token === ts.SyntaxKind.ExtendsKeyword;

function importedNames(source: ts.SourceFile, file: string): Map<string, string> {
  const names = new Map<string, string>();
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    const { text: from } = statement.moduleSpecifier;
    const bindings = statement.importClause?.namedBindings;
    if (!from.startsWith('.') || !bindings || !ts.isNamedImports(bindings)) continue;
    const target = `${path.posix.join(path.posix.dirname(originOf(file)), from)}.ts`;
    for (const { name } of bindings.elements) names.set(name.text, target);
  }
  return names;
}

function qualifiedName({ name, parent }: Handler): string {
  const own = name?.getText() ?? '';
  return ts.isClassLike(parent) ? `${parent.name?.text}.${own}` : own;
}

/** The names of a source's handlers. */
function handlerNames(source: ts.SourceFile): string[] {
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    if (isHandler(node) && node.name) names.push(node.name.getText(source));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return names;
}

function templateText(template: ts.TemplateLiteral): string[] {
  if (ts.isNoSubstitutionTemplateLiteral(template)) return [template.text];
  return [template.head.text, ...template.templateSpans.map((span) => span.literal.text)];
}

function templateExpressions(template: ts.TemplateLiteral): ts.Node[] {
  return ts.isNoSubstitutionTemplateLiteral(template) ? [] : template.templateSpans.map((span) => span.expression);
}

/**
 * `name`, or `Class.name`; an unnamed function is called by the variable or property that holds it, and the method of an object that says
 * its name by that.
 */
function enclosingFunction(node: ts.Node, source: ts.SourceFile): Pick<Site, 'function' | 'functionLines'> {
  const lineAt = (at: number): number => source.getLineAndCharacterOfPosition(at).line + 1;
  for (let current = node.parent; current; current = current.parent) {
    if (!ts.isFunctionLike(current)) continue;
    const holder = ownName(current.parent) ?? current.name ?? holderName(current.parent);
    if (!holder) continue;
    const owner = ts.isClassLike(current.parent) ? current.parent.name : undefined;
    const name = ts.isStringLiteral(holder) ? holder.text : holder.getText();
    return {
      function: owner ? `${owner.text}.${name}` : name,
      functionLines: [lineAt(current.getStart(source)), lineAt(current.end)],
    };
  }
  return { function: 'module', functionLines: [1, lineAt(source.end)] };
}

/** The name that an object gives itself: `{ name: 'console_write', *handle() {} }`. */
function ownName(parent: ts.Node): ts.StringLiteral | undefined {
  if (!ts.isObjectLiteralExpression(parent)) return undefined;
  for (const property of parent.properties) {
    if (!ts.isPropertyAssignment(property) || property.name.getText() !== 'name') continue;
    if (ts.isStringLiteral(property.initializer)) return property.initializer;
  }
  return undefined;
}

function holderName(parent: ts.Node): ts.Node | undefined {
  return ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent)
    ? parent.name
    : undefined;
}

function readHandlers(root: string): Map<string, string> {
  const found = globSync(
    handlersPlaces.map((place) => (place.endsWith('.ts') ? place : `${place}/**/*.ts`)),
    { cwd: root, posix: true, ignore: '**/*.d.ts' },
  );
  return new Map(found.map((file) => [file, readFileSync(path.join(root, file), 'utf8')]));
}

function relativePath(root: string, file: string): string {
  return path.relative(root, file).replaceAll(path.sep, '/');
}
