import type { TaskResult } from '../../../simulator/labs/index';
import type { Graded } from './grader';
import { printable } from './printable';

/** A line for each submission, with the points of each task. @param of points of the lab, where nobody was graded */
export function gradeTable(of: number, graded: readonly Graded[]): string {
  const tasks = tasksOf(graded);
  const width = Math.max('submission'.length, ...graded.map(({ submission }) => printable(submission).length));
  const widths = tasks.map(({ id, of: most }) => Math.max(id.length, `${most}/${most}`.length));
  const head = [
    'submission'.padEnd(width),
    'points'.padStart(9),
    ...tasks.map(({ id }, index) => id.padStart(widths[index] ?? 0)),
  ];
  const lines = graded.flatMap((each) => {
    const cells = tasks.map(({ id }, index) => cellOf(each, id).padStart(widths[index] ?? 0));
    const row = [printable(each.submission).padEnd(width), pointsOf(each, of).padStart(9), ...cells].join('  ');
    return [row, ...notesOf(each).map((note) => `  ${printable(note)}`)];
  });
  return [head.join('  '), ...lines, ''].join('\n');
}

/** As spreadsheets read it: what would be a formula to them stands behind an apostrophe. */
export function gradeCsv(of: number, graded: readonly Graded[]): string {
  const tasks = tasksOf(graded);
  const rows = graded.map((each) => {
    const results = each.checked?.result.tasks ?? [];
    const cells = tasks.map(({ id }) => results.find((task) => task.id === id)?.points ?? 0);
    return [
      each.submission,
      each.checked?.result.points ?? 0,
      each.checked?.result.of ?? of,
      ...cells,
      notesOf(each).join('; '),
    ];
  });
  const all = [['submission', 'points', 'of', ...tasks.map(({ id }) => id), 'notes'], ...rows];
  return all.map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
}

export function gradeJson(lab: string, of: number, graded: readonly Graded[]): string {
  const submissions = graded.map((each) => ({
    submission: each.submission,
    graded: each.checked !== undefined,
    points: each.checked?.result.points ?? 0,
    of: each.checked?.result.of ?? of,
    tasks: each.checked?.result.tasks ?? [],
    notes: notesOf(each),
    ...(each.checked?.replay ? { replay: each.checked.replay } : {}),
  }));
  return `${JSON.stringify({ lab, of, submissions }, null, 2)}\n`;
}

const tasksOf = (graded: readonly Graded[]): readonly TaskResult[] =>
  graded.find(({ checked }) => checked)?.checked?.result.tasks ?? [];

const pointsOf = ({ checked }: Graded, of: number): string =>
  checked ? `${checked.result.points}/${checked.result.of}` : `-/${of}`;

function cellOf({ checked }: Graded, id: string): string {
  const task = checked?.result.tasks.find((each) => each.id === id);
  return task ? `${task.points}/${task.of}` : '-';
}

const notesOf = ({ checked, notes }: Graded): readonly string[] => [
  ...notes,
  ...(checked?.replay ? [`its replay ${checked.replay.text}`] : []),
  ...(checked?.isUntouched ? ['not begun yet: the folder is as it was started'] : []),
  ...(checked?.problems ?? []),
  ...(checked?.result.faults ?? []),
];

function csvCell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const text = printable(value);
  return `"${(/^[=+\-@]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}
