import * as vscode from 'vscode';
import type { ProgramDiagnostic } from '../../debug-adapter/protocol';
import type { Sessions } from './sessions';

const severities: Record<ProgramDiagnostic['severity'], vscode.DiagnosticSeverity> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
  hint: vscode.DiagnosticSeverity.Hint,
};

/** Errors that the debug adapter found when it assembled the program, in Problems, for files of which the language server says nothing. */
export class ProgramProblems implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection('hyperstep-program');
  private readonly subscriptions: vscode.Disposable[];

  constructor(sessions: Sessions) {
    this.subscriptions = [
      vscode.debug.onDidStartDebugSession((session) => {
        if (session.type === 'hyperstep') this.collection.clear();
      }),
      sessions.onDidReceiveEvent((event) => {
        if (event.event === 'hyperstep/diagnostics') this.show(event.body.diagnostics);
      }),
    ];
  }

  private show(diagnostics: readonly ProgramDiagnostic[]): void {
    const files = new Map<string, vscode.Diagnostic[]>();
    for (const { path, range, severity, code, message } of diagnostics) {
      const { start, end } = range;
      const place = new vscode.Range(start.line, start.column, end.line, end.column);
      const diagnostic = new vscode.Diagnostic(place, message, severities[severity]);
      diagnostic.source = 'hyperstep';
      diagnostic.code = code;
      files.set(path, [...(files.get(path) ?? []), diagnostic]);
    }
    this.collection.clear();
    for (const [path, found] of files) {
      const uri = /^[a-z][a-z0-9+.-]+:/.test(path) ? vscode.Uri.parse(path) : vscode.Uri.file(path);
      if (vscode.languages.getDiagnostics(uri).length === 0) this.collection.set(uri, found);
    }
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions, this.collection).dispose();
  }
}
