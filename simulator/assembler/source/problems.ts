import { clipped, type Diagnostic, type Severity } from './diagnostic';
import { originOf, rangeOf, relatedCalls, type SourceSpan } from './frames';

const maximumDiagnostics = 1000;

/** What is wrong with a source: each problem once, with the calls and includes that led to it. */
export class Problems {
  readonly list: Diagnostic[] = [];
  /** How often anything was reported, the same problem again too: work that a source can make. */
  reports = 0;
  readonly #reported = new Set<string>();

  /** Whether there are so many that no more are kept. */
  get saturated(): boolean {
    return this.list.length >= maximumDiagnostics;
  }

  report(
    severity: Severity,
    code: string,
    message: string,
    span: SourceSpan,
    suggestions: readonly string[] = [],
    related: Diagnostic['related'] = [],
  ): void {
    const { frame, line, start, end } = span;
    this.reports++;
    if (this.saturated) {
      this.#reportMore(severity, { file: frame.file, range: rangeOf(line, start, end) });
      return;
    }
    message = clipped(message);
    const key = `${frame.file}:${line}:${start}:${code}:${message}`;
    if (this.#reported.has(key)) return;
    this.#reported.add(key);
    const calls = [...related, ...relatedCalls(originOf(frame, line, start))];
    this.list.push({
      file: frame.file,
      range: rangeOf(line, start, end),
      severity,
      code,
      message,
      ...(calls.length > 0 ? { related: calls } : {}),
      ...(suggestions.length > 0 ? { suggestions } : {}),
    });
  }

  /** Says once that there is more: an error where one is among what is not said, since a program must not come of that. */
  #reportMore(severity: Severity, place: Pick<Diagnostic, 'file' | 'range'>): void {
    const last = this.list[maximumDiagnostics];
    if (last && (last.severity === 'error' || severity !== 'error')) return;
    const message = `there are more than ${maximumDiagnostics} problems: the others are not shown`;
    this.list[maximumDiagnostics] = { ...(last ?? place), severity, code: 'too-many', message };
  }
}
