import { type Diagnostic, DiagnosticSeverity } from 'vscode-languageserver';
import { lineRange } from '../../locations';

/** Something that is allowed, and probably not meant. */
export function noteOf(
  code: string,
  message: string,
  line: number,
  start: number,
  end: number,
  severity: DiagnosticSeverity = DiagnosticSeverity.Information,
): Diagnostic {
  return { range: lineRange(line, start, end), severity, code, source: 'hyperstep', message };
}
