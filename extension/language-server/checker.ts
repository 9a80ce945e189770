import { DiagnosticSeverity, DiagnosticTag, type Diagnostic as LspDiagnostic } from 'vscode-languageserver';
import type { ServerContext } from './context';
import type { Analysis } from './ide/analysis';
import {
  baseName,
  checkStatements,
  type Diagnostic,
  defaultMarch,
  definesOf,
  folderOf,
  joinPath,
  type Severity,
  type TextEdit,
  withLinkPaths,
} from './ide/assembly';
import type { Edit } from './ide/changes';
import { foreignArchitecture } from './ide/foreign';
import { keyOf, keyOfPath } from './ide/keys';
import { isFromReset } from './ide/launch-file';
import { lintsOf } from './ide/lints';
import type { Note } from './ide/lints/note';
import { isHeader, type Workspace } from './ide/workspace';
import { tellInactive } from './inactive';
import { lineRange, lspRange } from './locations';
import type { CheckProgramParams } from './param-schemas';
import {
  checkProgramRequest,
  type ForeignParams,
  foreignNotification,
  type IncludedParams,
  includedNotification,
  type ProgramCheck,
} from './protocol';
import { type DiagnosticsByFile, Publisher } from './publisher';

const severities: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

/** An assembly of fewer milliseconds is waited for. */
const worthWaiting = 30;
/** Programs that are assembled to find out whether they include a header. */
const maximumIncluders = 8;
/** Lines of an edit that are looked at by themselves. */
const longestEdit = 100;

/** Keeps Problems right: assembles after every change, once for all changes that come together. */
export class Checker {
  readonly #waiting = new Set<string>();
  #running = false;
  readonly publisher: Publisher;
  /** The programs that last spoke for each open document. */
  readonly #programsOf = new Map<string, ReadonlySet<string>>();
  /** Open documents of other architectures, with what the client was told. */
  readonly #foreign = new Map<string, string>();
  /** Files that the client knows to be included. */
  readonly #included = new Set<string>();

  notePrivileged = true;

  constructor(readonly context: ServerContext) {
    this.publisher = new Publisher(context);
    context.settings.onChange(() => this.scheduleAll());
    context.connection.onRequest(checkProgramRequest, (params: CheckProgramParams) => this.#checkProgram(params));
  }

  schedule(uri: string): void {
    this.#waiting.add(uri);
    if (this.#running) return;
    this.#running = true;
    // In a turn of its own: changes that are waiting in the connection come first.
    setTimeout(() => void this.#run(), 0);
  }

  /** An edit: what its lines say by themselves is shown before the program is assembled, where that takes a while. */
  edited(uri: string, edits: readonly Edit[]): void {
    const [edit, another] = edits;
    if (edit && !another && 'startLine' in edit) {
      const found = this.#checkEdited(uri, edit);
      if (found) this.publisher.edited(uri, edit, found);
    }
    this.schedule(uri);
  }

  #checkEdited(uri: string, { startLine, text }: TextEdit): LspDiagnostic[] | undefined {
    const { workspace } = this.context;
    const analysis = workspace.latestAnalysisOf(uri);
    const source = workspace.document(uri)?.source;
    if (!analysis || !source || analysis.milliseconds < worthWaiting) return undefined;
    const endLine = startLine + text.split(/\r\n|\n|\r/).length - 1;
    if (endLine - startLine > longestEdit) return undefined;
    return checkStatements(source, startLine, endLine, {
      march: analysis.project.march ?? defaultMarch,
      macros: analysis.result.units.flatMap(({ macros }) => macros),
      isDefined: (word) => [...analysis.files].some((key) => workspace.indexOf(key)?.defines.has(word)),
    })?.map((diagnostic) => toLsp(workspace, diagnostic));
  }

  scheduleAll(): void {
    for (const { uri } of this.context.workspace.documents) this.schedule(uri);
  }

  /** Checks the program of a document now. @returns what is wrong in the document */
  async check(uri: string): Promise<LspDiagnostic[]> {
    if (!this.context.workspace.document(uri)) return [];
    await this.#check(uri, new Set());
    return this.publisher.diagnosticsOf(keyOf(uri));
  }

  closed(uri: string): void {
    const key = keyOf(uri);
    this.#waiting.delete(uri);
    this.#foreign.delete(key);
    this.#speak(key, new Set());
    this.scheduleAll();
  }

  /** These programs speak for a document from now on; what others said is no longer so, unless they speak for another document. */
  #speak(key: string, programs: ReadonlySet<string>): void {
    const before = this.#programsOf.get(key) ?? new Set();
    if (programs.size > 0) this.#programsOf.set(key, programs);
    else this.#programsOf.delete(key);
    for (const program of before) {
      const used = [...this.#programsOf.values()].some((speaking) => speaking.has(program));
      if (!used) this.publisher.publish(program, new Map());
    }
  }

  /** Whether a document that no project states is another architecture's; tells the client when that changes. */
  async #isForeign(uri: string): Promise<boolean> {
    const { workspace, connection } = this.context;
    const document = workspace.document(uri);
    if (!document) return false;
    const found = foreignArchitecture(document.source);
    const foreign = found && !(await workspace.isStated(document.key)) ? found : undefined;
    const text = foreign && `${foreign.architecture}: ${foreign.reason}`;
    if (this.#foreign.get(document.key) !== text) {
      if (text === undefined) this.#foreign.delete(document.key);
      else this.#foreign.set(document.key, text);
      void connection.sendNotification(foreignNotification, { uri, ...foreign } satisfies ForeignParams);
    }
    return foreign !== undefined;
  }

  async #run(): Promise<void> {
    try {
      while (this.#waiting.size > 0) {
        const uris = [...this.#waiting];
        this.#waiting.clear();
        const checked = new Set<Analysis>();
        for (const uri of uris) await this.#check(uri, checked);
      }
    } catch (error) {
      this.context.connection.console.error(`diagnostics: ${error instanceof Error ? error.stack : String(error)}`);
    } finally {
      this.#running = false;
    }
  }

  async #check(uri: string, checked: Set<Analysis>): Promise<void> {
    const { workspace } = this.context;
    const document = workspace.document(uri);
    if (!document) return;
    if (await this.#isForeign(uri)) {
      this.#speak(document.key, new Set());
      return;
    }
    let analyses = await workspace.analysesOf(uri);
    if (analyses.size === 0) {
      // A header that nothing is seen to include: what is open, or what the index knows, may do so.
      await this.#checkIncluders(document.key, checked);
      analyses = await workspace.analysesOf(uri);
    }
    this.#speak(document.key, new Set([...analyses].map(programName)));
    for (const analysis of analyses) this.#tell(analysis, checked);
  }

  async #checkIncluders(key: string, checked: Set<Analysis>): Promise<void> {
    const { workspace, index } = this.context;
    const open = [...workspace.documents].filter((other) => !isHeader(other.key)).map((other) => other.key);
    const known = index.includersOf(baseName(key)).slice(0, maximumIncluders);
    for (const includer of new Set([...open, ...known])) {
      for (const analysis of await workspace.analysesOf(workspace.uriOf(includer)))
        if (analysis.files.has(key)) this.#tell(analysis, checked);
    }
  }

  /** Says what a program is found to be, once. */
  #tell(analysis: Analysis, checked: Set<Analysis>): void {
    if (checked.has(analysis)) return;
    checked.add(analysis);
    this.publisher.publish(programName(analysis), this.#diagnosticsOf(analysis));
    this.#publishProjects();
    this.#tellIncluded(analysis);
    tellInactive(this.context, analysis);
  }

  /** The client takes a file that a program includes for assembly, whatever its name says. */
  #tellIncluded({ files, project }: Analysis): void {
    const { connection, workspace } = this.context;
    const found = [...files].filter(
      (key) => !project.roots.includes(key) && !/\.[sh]$/i.test(key) && !this.#included.has(key),
    );
    if (found.length === 0) return;
    for (const key of found) this.#included.add(key);
    const uris = found.map((key) => workspace.uriOf(key));
    void connection.sendNotification(includedNotification, { uris } satisfies IncludedParams);
    // One that is open was a program of its own until now.
    for (const uri of uris) if (workspace.document(uri)) this.schedule(uri);
  }

  /** What is wrong in the project files that were read. */
  #publishProjects(): void {
    for (const [key, problems] of this.context.workspace.projectProblems) {
      const range = lineRange(0, 0, 1);
      const found = problems.map((message) => ({
        range,
        severity: DiagnosticSeverity.Error,
        source: 'hyperstep',
        message,
      }));
      if (found.length > 0 || this.publisher.knows(key))
        this.publisher.publish(key, new Map(found.length > 0 ? [[key, found]] : []));
    }
  }

  /** Every file of a program with what is wrong in it. */
  #diagnosticsOf(analysis: Analysis): DiagnosticsByFile {
    const { workspace, settings } = this.context;
    const byFile = new Map<string, LspDiagnostic[]>();
    for (const key of [...analysis.project.roots, ...analysis.files]) if (!byFile.has(key)) byFile.set(key, []);
    for (const diagnostic of analysis.diagnostics) {
      const list = byFile.get(diagnostic.file);
      if (list) list.push(toLsp(workspace, diagnostic));
      else byFile.set(diagnostic.file, [toLsp(workspace, diagnostic)]);
    }
    // Where macros may be missing, what code does is not known.
    if (analysis.result.units.some(({ uncertain }) => uncertain)) return byFile;
    const wanted = {
      privileged: this.notePrivileged,
      controlFlow: settings.values['lint.controlFlow'],
      callingConvention: settings.values['lint.callingConvention'],
    };
    for (const key of analysis.files) byFile.get(key)?.push(...lintsOf(analysis, key, wanted).map(lspNote));
    return byFile;
  }

  async #checkProgram(params: CheckProgramParams): Promise<ProgramCheck> {
    const { workspace } = this.context;
    const { program, includePaths, defines, march, mabi, linkerScript, linkOptions, relax, projectRoot } = params;
    const files = (program ?? []).map(keyOfPath);
    const folder = folderOf(files[0] ?? '');
    const given = {
      program: files,
      ...(includePaths ? { includePaths: includePaths.map((path) => joinPath(folder, keyOfPath(path))) } : {}),
      ...(defines ? { defines: definesOf(defines) } : {}),
      ...(march ? { march } : {}),
      ...(mabi ? { mabi } : {}),
      ...(linkerScript ? { linkerScript: joinPath(folder, keyOfPath(linkerScript)) } : {}),
      ...(linkOptions?.length
        ? { linkOptions: withLinkPaths(linkOptions, (path) => joinPath(folder, keyOfPath(path))) }
        : {}),
      ...(typeof relax === 'boolean' ? { relax } : {}),
      ...(isFromReset(params) ? { fromReset: true } : {}),
    };
    const analysis = await workspace.analyseLaunch(given, projectRoot ? keyOfPath(projectRoot) : undefined);
    this.publisher.publish(programName(analysis), this.#diagnosticsOf(analysis));
    this.#publishProjects();
    this.#tellIncluded(analysis);
    // What is open may belong to this program now, and not to another.
    this.scheduleAll();
    const errors = analysis.diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
    const warnings = analysis.diagnostics.filter((diagnostic) => diagnostic.severity === 'warning');
    const [first] = errors;
    return {
      errors: errors.length,
      warnings: warnings.length,
      ...(first ? { first: { uri: workspace.uriOf(first.file), range: lspRange(first.range) } } : {}),
    };
  }
}

function programName({ project }: Analysis): string {
  return project.roots.join('\n');
}

function toLsp(
  workspace: Workspace,
  { range, severity, code, message, related, suggestions }: Diagnostic,
): LspDiagnostic {
  return {
    range: lspRange(range),
    severity: severities[severity],
    code,
    source: 'hyperstep',
    message,
    ...(related
      ? {
          relatedInformation: related.map((place) => ({
            location: { uri: workspace.uriOf(place.file), range: lspRange(place.range) },
            message: place.message,
          })),
        }
      : {}),
    ...(suggestions ? { data: { suggestions } } : {}),
  };
}

function lspNote({ range, severity, code, message, unnecessary }: Note): LspDiagnostic {
  return {
    range: lspRange(range),
    severity: severities[severity],
    code,
    source: 'hyperstep',
    message,
    ...(unnecessary ? { tags: [DiagnosticTag.Unnecessary] } : {}),
  };
}
