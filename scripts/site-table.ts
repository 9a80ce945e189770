import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Plugin } from 'esbuild';
import ts from 'typescript';
import { SiteFlow } from './site-flow';

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
  /** As in `Site.function`. */
  readonly name: string;
  readonly first: number[];
}

/** Where VMM and firmware have their handlers. */
const handlersFolders = ['simulator/firmware', 'simulator/hypervisor'];
/** Declares `step` and `inside`. */
const narrationModule = 'simulator/machine/narration';

/**
 * An esbuild plugin: VMM handlers are generators that narrate what they do (``yield step`load the guest's PTE at ${gpa}` ``) and
 * enter each other with `yield*`. It gives every such place an id, serves the table of them as `hyperstep:sites`, and passes the id at
 * run time: ``yield step`…` `` becomes ``observation.on && (yield step.at(ID)`…`)``, so that nobody's steps are not even made, and
 * `yield* f(x)` becomes `yield* inside(ID, f(x))`.
 */
export function siteTable(root = process.cwd()): Plugin {
  return {
    name: 'site-table',
    setup(build) {
      let scanned: Scanned;
      build.onStart(() => {
        scanned = scanHandlers(readHandlers(root));
        return { errors: scanned.errors.map((error) => ({ text: error.message, location: error })) };
      });
      build.onResolve({ filter: /^hyperstep:sites$/ }, () => ({ path: 'sites', namespace: 'hyperstep' }));
      build.onLoad({ filter: /.*/, namespace: 'hyperstep' }, () => ({
        contents: `export const sites = ${JSON.stringify(scanned.sites)};`,
      }));
      build.onLoad({ filter: /[\\/]simulator[\\/](firmware|hypervisor)[\\/].*\.ts$/ }, ({ path: file }) => {
        const contents = scanned.rewritten.get(relativePath(root, file));
        return contents === undefined ? undefined : { contents, loader: 'ts' };
      });
    },
  };
}

export interface Scanned {
  readonly sites: Site[];
  /** File to its text with the ids written in; line numbers are those of the source. */
  readonly rewritten: Map<string, string>;
  readonly errors: { file: string; line: number; column: number; message: string }[];
}

/** @param files repo-relative path to source text */
export function scanHandlers(files: ReadonlyMap<string, string>): Scanned {
  const scanned: Scanned = { sites: [], rewritten: new Map(), errors: [] };
  const scannedFiles = [...files.keys()].sort().map((file) => scanFile(file, files.get(file) ?? '', scanned));
  const functions = scannedFiles.flatMap((each) => each.functions);
  const imported = new Map(scannedFiles.map((each) => [each.file, each.imported]));
  for (const site of scanned.sites) {
    if (site.kind !== 'call') continue;
    const entered = functionsEntered(site, functions, imported.get(site.file));
    if (entered.length > 0) site.first = [...new Set(entered.flatMap(({ first }) => first))];
  }
  return scanned;
}

/**
 * The functions that a call may enter, where its name alone says it: the one of the same class or file, the imported one, or the only one of
 * that name; of a method of another object, those of all classes that have one of that name. None where the name does not tell.
 * @param imported names that the call's file imports, with the files that they come from
 */
function functionsEntered(
  { expressions, file, function: caller }: Site,
  functions: readonly HandlerFunction[],
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
  // What a method says of `super` is not said of itself.
  const own = called.startsWith('super.') ? caller : undefined;
  const ofClasses = functions.filter((each) => each.name.endsWith(`.${method}`) && each.name !== own);
  const ofObjects = functions.filter((each) => each.name === method);
  if (ofObjects.length === 0) return ofClasses;
  return ofObjects.length === 1 && ofClasses.length === 0 ? ofObjects : [];
}

interface ScannedFile {
  readonly file: string;
  readonly functions: readonly HandlerFunction[];
  /** Names that are imported from files of the repository, with the files. */
  readonly imported: ReadonlyMap<string, string>;
}

function scanFile(file: string, text: string, { sites, rewritten, errors }: Scanned): ScannedFile {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  const inserts: { at: number; text: string }[] = [];
  const needed = new Set<string>();
  const yields = new Map<ts.Node, number>();
  const bodies: { readonly name: string; readonly body: ts.Node }[] = [];

  const addSite = (node: ts.Node, kind: Site['kind'], pieces: string[], expressions: ts.Node[]): number => {
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
    yields.set(node.parent, id);
    return id;
  };

  const visit = (node: ts.Node): void => {
    // Other functions have no sites: a name is that of the generator around them.
    if (isGenerator(node) && node.body)
      bodies.push({ name: enclosingFunction(node.body, source).function, body: node.body });
    if (ts.isTaggedTemplateExpression(node) && ts.isIdentifier(node.tag) && node.tag.text === 'step') {
      if (!ts.isYieldExpression(node.parent) || node.parent.asteriskToken) {
        const { line, character } = source.getLineAndCharacterOfPosition(node.getStart(source));
        errors.push({
          file,
          line: line + 1,
          column: character,
          message: 'A step`...` must be yielded: `yield step`...``',
        });
      }
      const id = addSite(node, 'step', templateText(node.template), templateExpressions(node.template));
      inserts.push({ at: node.parent.getStart(source), text: 'observation.on && (' });
      inserts.push({ at: node.tag.end, text: `.at(${id})` }, { at: node.end, text: ')' });
      needed.add('observation');
    } else if (
      ts.isYieldExpression(node) &&
      node.asteriskToken &&
      node.expression &&
      ts.isCallExpression(node.expression)
    ) {
      const call = node.expression;
      const id = addSite(call, 'call', [], [call.expression]);
      inserts.push({ at: call.getStart(source), text: `inside(${id}, ` }, { at: call.end, text: ')' });
      needed.add('inside');
    }
    ts.forEachChild(node, visit);
  };
  visit(source);

  const names = [...needed].filter((name) => !imports(source, name)).sort();
  if (names.length > 0) {
    const narration = path.posix.relative(path.posix.dirname(file), narrationModule);
    inserts.push({ at: 0, text: `import { ${names.join(', ')} } from '${narration}'; ` });
  }
  if (inserts.length > 0) rewritten.set(file, insertAll(text, inserts));

  const flow = new SiteFlow((node) => yields.get(node));
  const functions = bodies.map(({ name, body }) => ({ file, name, first: [...flow.ofFunction(body)] }));
  for (const [site, next] of flow.next) sites[site]?.next.push(...next);
  return { file, functions, imported: importedNames(source, file) };
}

function importedNames(source: ts.SourceFile, file: string): Map<string, string> {
  const names = new Map<string, string>();
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    const { text: from } = statement.moduleSpecifier;
    const bindings = statement.importClause?.namedBindings;
    if (!from.startsWith('.') || !bindings || !ts.isNamedImports(bindings)) continue;
    const target = `${path.posix.join(path.posix.dirname(file), from)}.ts`;
    for (const { name } of bindings.elements) names.set(name.text, target);
  }
  return names;
}

function isGenerator(node: ts.Node): node is ts.FunctionDeclaration | ts.FunctionExpression | ts.MethodDeclaration {
  const isFunction = ts.isFunctionDeclaration(node) || ts.isFunctionExpression(node) || ts.isMethodDeclaration(node);
  return isFunction && node.asteriskToken !== undefined;
}

function insertAll(text: string, inserts: { at: number; text: string }[]): string {
  let result = '';
  let copied = 0;
  for (const insert of [...inserts].sort((a, b) => a.at - b.at)) {
    result += text.slice(copied, insert.at) + insert.text;
    copied = insert.at;
  }
  return result + text.slice(copied);
}

function templateText(template: ts.TemplateLiteral): string[] {
  if (ts.isNoSubstitutionTemplateLiteral(template)) return [template.text];
  return [template.head.text, ...template.templateSpans.map((span) => span.literal.text)];
}

function templateExpressions(template: ts.TemplateLiteral): ts.Node[] {
  return ts.isNoSubstitutionTemplateLiteral(template) ? [] : template.templateSpans.map((span) => span.expression);
}

function imports(source: ts.SourceFile, wanted: string): boolean {
  return source.statements.some(
    (statement) =>
      ts.isImportDeclaration(statement) &&
      statement.importClause?.namedBindings !== undefined &&
      ts.isNamedImports(statement.importClause.namedBindings) &&
      statement.importClause.namedBindings.elements.some(({ name }) => name.text === wanted),
  );
}

/** `name`, or `Class.name`; an unnamed function is called by the variable or property that holds it. */
function enclosingFunction(node: ts.Node, source: ts.SourceFile): Pick<Site, 'function' | 'functionLines'> {
  const lineAt = (at: number): number => source.getLineAndCharacterOfPosition(at).line + 1;
  for (let current = node.parent; current; current = current.parent) {
    if (!ts.isFunctionLike(current)) continue;
    const holder = current.name ?? holderName(current.parent);
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

function holderName(parent: ts.Node): ts.Node | undefined {
  return ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent)
    ? parent.name
    : undefined;
}

function readHandlers(root: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const folder of handlersFolders.filter((each) => existsSync(path.join(root, each)))) {
    for (const name of readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.ts') || name.endsWith('.d.ts')) continue;
      const file = path.join(root, folder, name);
      files.set(relativePath(root, file), readFileSync(file, 'utf8'));
    }
  }
  return files;
}

function relativePath(root: string, file: string): string {
  return path.relative(root, file).replaceAll(path.sep, '/');
}
