import type { Frame } from '../assembler/source/frames';
import type { Statement } from '../assembler/syntax/statement';
import { type AssembleRequest, assemble } from './assemble';

/** A statement that a macro call or repeated block made, as it was assembled. */
export interface ExpandedStatement {
  readonly text: string;
  /** How many expansions it is inside of: 1 for the outermost. */
  readonly depth: number;
  /** Whether it is a macro call itself. */
  readonly calls: boolean;
}

/** What the calls and repeats in a line of a file make, in order, up to a number of statements. */
export function expansionsAt(request: AssembleRequest, file: string, line: number, most: number): ExpandedStatement[] {
  const found: ExpandedStatement[] = [];
  const trace = (statement: Statement, frame: Frame, calls: boolean): void => {
    if (found.length >= most) return;
    const depth = depthFrom(frame, file, line);
    if (depth === 0) return;
    const { text, labels, start, end, name } = statement;
    found.push({ text: text.slice(labels[0]?.start ?? start, Math.max(end, start + name.length)), depth, calls });
  };
  const { earlier: _, ...fresh } = request;
  assemble({ ...fresh, trace });
  return found;
}

/** The expansions from the line inwards to a frame; 0 when the frame does not come from there. */
function depthFrom(frame: Frame, file: string, line: number): number {
  let depth = 0;
  for (let at: Frame | undefined = frame; at?.parent; at = at.parent) {
    if (at.kind === 'macro' || at.kind === 'repeat') depth++;
    if (at.line === line && at.parent.file === file) return depth;
  }
  return 0;
}
