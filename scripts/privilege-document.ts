import { markdownTable } from '../simulator/explain/markdown-table';
import {
  type Disposition,
  dispositionInWords,
  dispositionOf,
  executions,
} from '../simulator/hypervisor/engines/disposition';
import {
  allUses,
  classicHoles,
  extensionNamed,
  machineCsrGroups,
  nameOfUse,
  sensitivityOf,
  type Use,
} from '../simulator/isa';
import { withTables } from './document-tables';

/** The document about what is privileged, whose tables are computed. */
export const privilegeDocument = 'docs/what-is-privileged.md';

export const privilegeDocumentText = (): string =>
  withTables(privilegeDocument, {
    ...Object.fromEntries(executions.map(({ id }) => [id, () => executionTable(id)])),
    'classic holes': holesTable,
  });

const GUEST_MODES = ['s', 'u'] as const;

/** What is sensitive, and there. */
const sensitive = allUses().filter((use) => sensitivityOf(use) !== undefined && isOfMachine(use));

function isOfMachine(use: Use): boolean {
  return 'csr' in use
    ? machineCsrGroups.has(use.csr.group)
    : extensionNamed(use.instruction.extension).support === 'runs';
}

/** What becomes of all that is sensitive under a way to virtualize: what becomes the same in one row. */
export function executionTable(id: string): string {
  const found = executions.find((each) => each.id === id);
  if (!found) throw new RangeError(`there is no way to virtualize called ${id}`);
  const { execution } = found;
  const rows = new Map<string, { readonly answers: readonly string[]; readonly names: string[] }>();
  for (const use of sensitive) {
    const dispositions = GUEST_MODES.map((mode) => dispositionOf(execution, mode, use));
    const answers = dispositions.map((each) => withoutName(each));
    const key = answers.join('|');
    const row = rows.get(key) ?? { answers, names: [] };
    rows.set(key, row);
    const name = nameOfUse(use);
    if (row.names.at(-1) !== name) row.names.push(name);
  }
  return markdownTable([
    ['what', 'in the kernel (S-mode)', 'in a program (U-mode)'],
    ...[...rows.values()].map(({ answers, names }) => [inRuns(names), ...answers]),
  ]);
}

/** Which CSR is reached in the place of another one is the same for all: the one with a `v` before its name. */
function withoutName(disposition: Disposition): string {
  const { answer } = disposition;
  const isReplaced = answer.kind === 'runs' && answer.csr !== undefined;
  return isReplaced ? 'the hart does it, on the CSR of VS-mode in its place' : dispositionInWords(disposition);
}

/** Names that go on by their numbers as one. */
function inRuns(names: readonly string[]): string {
  const runs: { first: string; last: string }[] = [];
  for (const name of names) {
    const run = runs.at(-1);
    if (run && isNext(run.last, name)) run.last = name;
    else runs.push({ first: name, last: name });
  }
  return runs.map(({ first, last }) => (first === last ? `\`${first}\`` : `\`${first}\` to \`${last}\``)).join(', ');
}

function isNext(before: string, name: string): boolean {
  const [, stem, number] = /^(.*?)(\d+)$/.exec(before) ?? [];
  return stem !== undefined && name === `${stem}${Number(number) + 1}`;
}

function holesTable(): string {
  return markdownTable([
    ['in U-mode', 'with `classicHoles`', 'on x86 before VT'],
    ...classicHoles.map(({ csr, access, effect, like }) => [
      `a ${access} of \`${csr.name}\``,
      effect === 'ignored' ? 'is ignored' : "returns the machine's value",
      like,
    ]),
  ]);
}
