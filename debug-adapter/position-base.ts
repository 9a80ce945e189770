import { isRecord } from '../simulator/schema/record';

/** What clients number: from 1 here, from 0 for some clients. */
export interface PositionBase {
  readonly lines: 0 | 1;
  readonly columns: 0 | 1;
}

const lineNames = new Set(['line', 'endLine', 'startLine']);
const columnNames = new Set(['column', 'endColumn']);

/** Arguments of a client with positions from 1. */
export function fromClient(value: unknown, base: PositionBase): unknown {
  return shifted(value, 1 - base.lines, 1 - base.columns);
}

/** A body for a client with positions as it counts them. */
export function toClient(value: unknown, base: PositionBase): unknown {
  return shifted(value, base.lines - 1, base.columns - 1);
}

function shifted(value: unknown, lines: number, columns: number): unknown {
  if (lines === 0 && columns === 0) return value;
  if (Array.isArray(value)) return value.map((entry) => shifted(entry, lines, columns));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, entry]) => {
      const by = lineNames.has(name) ? lines : columnNames.has(name) ? columns : undefined;
      const moved = by !== undefined && typeof entry === 'number' ? Math.max(0, entry + by) : undefined;
      return [name, moved ?? shifted(entry, lines, columns)];
    }),
  );
}
