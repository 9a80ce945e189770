import { COSTS, type CostKind, costKinds } from '../../hypervisor/ledger/cost-model';
import { type ComparedGuest, relativeOf } from '../compared-guest';
import { type Conclusion, conclusionsOf } from '../conclusions';
import { cyclesFor, type Measurement } from '../measurement';
import { grouped, turnsInWords } from './words';

/** For people: a table for each guest, what follows from it, and at the end the figures that it rests on. */
export function comparisonAsText(guests: readonly ComparedGuest[]): string {
  return [...guests.map(guestText), costsText(guests)].filter((part) => part !== '').join('\n\n');
}

function guestText(guest: ComparedGuest): string {
  const { name, operations, measurements } = guest;
  const head = operations === undefined ? name : `${name}: ${grouped(operations)} operations`;
  const columns = [
    '',
    'instructions',
    'cycles',
    'relative',
    ...(operations === undefined ? [] : ['cycles/op']),
    'exits',
    'seconds',
  ];
  const rows = measurements.map((measurement) => rowOf(guest, measurement));
  const reasons = measurements.flatMap(({ engine, exits }) =>
    exits.size === 0
      ? []
      : [`  exits of ${engine}: ${[...exits].map(([reason, count]) => `${reason} ${grouped(count)}`).join(', ')}`],
  );
  const variants = measurements.flatMap(({ engine, variant }) =>
    variant === undefined ? [] : [`  ${engine} ran ${variant}`],
  );
  return [
    head,
    ...aligned([columns, ...rows]),
    ...variants,
    ...reasons,
    ...conclusionsOf(measurements).map(conclusionText),
  ].join('\n');
}

function rowOf(guest: ComparedGuest, measurement: Measurement): string[] {
  const { engine, instructions, exits, wallSeconds } = measurement;
  const cycles = cyclesFor(measurement);
  const relative = relativeOf(guest, engine);
  return [
    engine,
    grouped(instructions),
    grouped(cycles),
    relative === undefined ? '-' : relative.toFixed(2),
    ...(guest.operations === undefined ? [] : [(cycles / guest.operations).toFixed(1)]),
    grouped([...exits.values()].reduce((sum, count) => sum + count, 0)),
    wallSeconds.toFixed(3),
  ];
}

function conclusionText(conclusion: Conclusion): string {
  const text = `  ${conclusion.cheaper} costs less than ${conclusion.dearer}`;
  const turns = turnsInWords(conclusion, (cost) => cost);
  return turns === undefined ? text : `${text} (! not if ${turns})`;
}

/** The costs that came up, each with its source. */
function costsText(guests: readonly ComparedGuest[]): string {
  const isUsed = (kind: CostKind): boolean =>
    guests.some(({ measurements }) => measurements.some(({ charges }) => charges[kind] > 0));
  const rows = costKinds
    .filter(isUsed)
    .map((kind) => `  ${kind}: ${COSTS[kind].cycles} cycles (${COSTS[kind].source})`);
  return rows.length === 0
    ? ''
    : ['An instruction counts as one cycle, and of the VMM, by its cost model:', ...rows].join('\n');
}

/** Columns of even width, numbers to the right. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    `  ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ')}`.trimEnd(),
  );
}
