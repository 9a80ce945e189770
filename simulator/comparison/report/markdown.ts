import { markdownTable } from '../../explain/markdown-table';
import { COSTS, costKinds } from '../../hypervisor/ledger/cost-model';
import type { Comparison } from '../compare-guest';
import { relativeOf } from '../compared-guest';
import { conclusionsOf } from '../conclusions';
import { cyclesFor } from '../measurement';
import { grouped, turnsInWords } from './words';

/** Characters of the longest bar. */
const BAR = 16;

/** A page about one guest, for a preview: a table with bars, the exits, what follows, and the figures that it rests on. */
export function comparisonAsMarkdown(comparison: Comparison): string {
  const { name, operations, measurements, problems } = comparison;
  const parts = [
    `# ${escaped(name.slice(name.lastIndexOf('/') + 1))}`,
    operations === undefined ? 'All of its run.' : `${grouped(operations)} operations, between its labels.`,
    ...(measurements.length > 0
      ? [
          bars(comparison),
          costTable(comparison),
          variantsOf(comparison),
          exitTable(comparison),
          conclusions(comparison),
        ]
      : []),
    ...problems.map(
      ({ engine, why }) => `**${engine === undefined ? 'Not measured' : `\`${engine}\``}**: ${escaped(why)}`,
    ),
    ...(measurements.length > 0 ? [figures(comparison)] : []),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function costTable(comparison: Comparison): string {
  const { measurements, operations } = comparison;
  return table([
    ['', 'instructions', 'cycles', 'relative to bare', ...(operations === undefined ? [] : ['cycles an operation'])],
    ...measurements.map((measurement) => {
      const cycles = cyclesFor(measurement);
      const relative = relativeOf(comparison, measurement.engine);
      return [
        `\`${measurement.engine}\``,
        grouped(measurement.instructions),
        grouped(cycles),
        relative === undefined ? '' : relative.toFixed(2),
        ...(operations === undefined ? [] : [(cycles / operations).toFixed(1)]),
      ];
    }),
  ]);
}

function variantsOf({ measurements }: Comparison): string {
  const nameOf = (path: string): string => escaped(path.slice(path.lastIndexOf('/') + 1));
  return measurements
    .flatMap(({ engine, variant }) => (variant === undefined ? [] : [`\`${engine}\` ran ${nameOf(variant)}.`]))
    .join(' ');
}

/** A line for each, as long as its cycles are beside the dearest one's. */
function bars({ measurements }: Comparison): string {
  const most = Math.max(1, ...measurements.map((each) => cyclesFor(each)));
  const width = Math.max(...measurements.map(({ engine }) => engine.length));
  const lines = measurements.map((measurement) => {
    const cycles = cyclesFor(measurement);
    const bar = '█'.repeat(Math.max(1, Math.round((cycles / most) * BAR)));
    return `${measurement.engine.padEnd(width)} ${bar} ${grouped(cycles)}`;
  });
  return `\`\`\`text\n${lines.join('\n')}\n\`\`\``;
}

function exitTable({ measurements }: Comparison): string {
  const reasons = [...new Set(measurements.flatMap(({ exits }) => [...exits.keys()]))];
  if (reasons.length === 0) return '';
  const rows = reasons.map((reason) => [
    `\`${reason}\``,
    ...measurements.map(({ exits }) => grouped(exits.get(reason) ?? 0)),
  ]);
  return `## Exits\n\n${table([['', ...measurements.map(({ engine }) => `\`${engine}\``)], ...rows])}`;
}

function conclusions({ measurements }: Comparison): string {
  const lines = conclusionsOf(measurements).map((conclusion) => {
    const text = `- \`${conclusion.cheaper}\` costs less than \`${conclusion.dearer}\``;
    const turns = turnsInWords(conclusion, (cost) => `\`${cost}\``);
    return turns === undefined ? text : `${text} (**!** not if ${turns})`;
  });
  return lines.length === 0 ? '' : `## What follows\n\n${lines.join('\n')}`;
}

function figures({ measurements }: Comparison): string {
  const used = costKinds.filter((kind) => measurements.some(({ charges }) => charges[kind] > 0));
  const rows = used.map((kind) => [`\`${kind}\``, `${COSTS[kind].cycles}`, COSTS[kind].source]);
  const text = 'An instruction of the guest counts as one cycle, and of the VMM, by its cost model:';
  return rows.length === 0
    ? ''
    : `## The figures behind it\n\n${text}\n\n${table([['cost', 'cycles', 'source'], ...rows])}`;
}

/** The first column says what, the others how much. */
const table = (rows: readonly (readonly string[])[]): string =>
  markdownTable(rows, ['left', ...(rows[0] ?? []).slice(1).map(() => 'right' as const)]);

/** Names and messages are no Markdown. */
const escaped = (words: string): string => words.replaceAll(/[\\`*_{}[\]<>#|~]/g, (mark) => `\\${mark}`);
