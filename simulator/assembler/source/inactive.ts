import type { Frame } from './frames';

/** Lines of a file that were skipped, 0-based and inclusive. */
export interface InactiveLines {
  readonly file: string;
  readonly startLine: number;
  readonly endLine: number;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** Which lines `#if` and `.if` skipped, told by where they begin and end to skip. */
export class InactiveRegions {
  readonly #open = new Map<Frame, number>();
  readonly #found = new Map<Frame, Range[]>();

  /** A conditional directive on a line of a file, whether lines before it were assembled and lines after it will be. */
  change(frame: Frame, line: number, before: boolean, after: boolean): void {
    if (frame.kind !== 'file' && frame.kind !== 'include') return;
    if (!before) this.#close(frame, line - 1);
    if (!after) this.#open.set(frame, line + 1);
  }

  #close(frame: Frame, end: number): void {
    const start = this.#open.get(frame);
    this.#open.delete(frame);
    if (start === undefined || start > end) return;
    const found = this.#found.get(frame);
    if (found) found.push({ start, end });
    else this.#found.set(frame, [{ start, end }]);
  }

  /** What was skipped every time that its file was read. */
  lines(frames: readonly Frame[]): InactiveLines[] {
    const readings = new Map<string, Frame[]>();
    for (const frame of frames) {
      if (frame.kind !== 'file' && frame.kind !== 'include') continue;
      const others = readings.get(frame.file);
      if (others) others.push(frame);
      else readings.set(frame.file, [frame]);
    }
    const result: InactiveLines[] = [];
    for (const [file, [first, ...others]] of readings) {
      let common = this.#rangesOf(first!);
      for (const frame of others) common = intersection(common, this.#rangesOf(frame));
      for (const { start, end } of common) result.push({ file, startLine: start, endLine: end });
    }
    return result;
  }

  /** In order, without overlap. */
  #rangesOf(frame: Frame): Range[] {
    const merged: Range[] = [];
    for (const range of [...(this.#found.get(frame) ?? [])].sort((a, b) => a.start - b.start)) {
      const last = merged.at(-1);
      if (last && range.start <= last.end)
        merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, range.end) };
      else merged.push(range);
    }
    return merged;
  }
}

function intersection(a: readonly Range[], b: readonly Range[]): Range[] {
  const result: Range[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const start = Math.max(a[i]!.start, b[j]!.start);
    const end = Math.min(a[i]!.end, b[j]!.end);
    if (start <= end) result.push({ start, end });
    if (a[i]!.end < b[j]!.end) i++;
    else j++;
  }
  return result;
}
