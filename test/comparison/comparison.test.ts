import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'mocha';
import { compareGuest } from '../../simulator/comparison/compare-guest';
import type { ComparedGuest } from '../../simulator/comparison/compared-guest';
import { type PortedVariant, variantFiles } from '../../simulator/comparison/compared-programs';
import { conclusionsOf } from '../../simulator/comparison/conclusions';
import { measuredPartOf } from '../../simulator/comparison/measured-part';
import { type MeasuredEnd, MeasuredRun } from '../../simulator/comparison/measured-run';
import { cyclesFor, type Measurement } from '../../simulator/comparison/measurement';
import { comparisonAsChart } from '../../simulator/comparison/report/chart';
import { comparisonAsJson } from '../../simulator/comparison/report/json';
import { comparisonAsMarkdown } from '../../simulator/comparison/report/markdown';
import { comparisonAsText } from '../../simulator/comparison/report/text';
import { type Charges, COSTS, noCharges } from '../../simulator/hypervisor/ledger/cost-model';
import type { Program } from '../../simulator/object/program';
import { ANY_GUEST_VIRTUALIZATIONS, VIRTUALIZATIONS, type Virtualization } from '../../simulator/system/system';
import { assembleGuest, buildGuest, diskOf, makeSystem, type TestConfiguration } from '../support/guest';

const folder = path.join('extension', 'sample', 'measures');
const LIMIT = 10_000_000;

function run(program: Program, configuration: TestConfiguration, limit = LIMIT): MeasuredEnd {
  const part = measuredPartOf(program);
  assert.ok(typeof part !== 'string', String(part));
  const { system } = makeSystem(program, { vmmTime: 'charged', inputOpen: true, ...configuration });
  let clock = 0;
  const measured = new MeasuredRun(system, part, limit, () => clock++);
  for (;;) {
    const end = measured.step();
    if (end) return end;
  }
}

function measured(program: Program, virtualization: Virtualization, more: TestConfiguration = {}): Measurement {
  const end = run(program, { ...more, virtualization });
  assert.ok(end.kind === 'measured', JSON.stringify(end));
  return end.measurement;
}

/** Exits of each operation, by engine. */
const MEASURES: readonly {
  readonly guest: string;
  readonly exits: Readonly<Partial<Record<Virtualization, Readonly<Record<string, number>>>>>;
  readonly machine?: TestConfiguration;
}[] = [
  {
    guest: 'null-syscall',
    exits: {
      none: {},
      full: { 'csr-access': 2, 'privileged-instruction': 1, 'guest-exception': 1 },
      hardware: {},
      para: { 'system-call': 1, 'sbi-call': 1 },
    },
  },
  {
    guest: 'page-fault',
    exits: {
      none: {},
      full: { 'csr-access': 2, 'privileged-instruction': 2, 'shadow-miss': 1, 'guest-page-fault': 1 },
      hardware: {},
      para: { 'guest-page-fault': 1, 'sbi-call': 2 },
    },
  },
  { guest: 'context-switch', exits: { none: {}, full: { 'csr-access': 1 }, hardware: {}, para: { 'sbi-call': 1 } } },
  // By lists of 64 entries.
  { guest: 'table-copy', exits: { none: {}, full: { 'shadow-miss': 1 }, hardware: {}, para: {} } },
  {
    guest: 'interrupt',
    exits: {
      none: {},
      full: { 'csr-access': 2, 'privileged-instruction': 1, 'sbi-call': 1 },
      hardware: { 'sbi-call': 1 },
      para: { 'sbi-call': 2 },
    },
  },
  {
    guest: 'ping-pong',
    exits: {
      none: {},
      full: { 'csr-access': 3, 'device-interrupt': 1, 'privileged-instruction': 1, 'sbi-call': 1 },
      hardware: { 'device-interrupt': 1, 'sbi-call': 1, wait: 1 },
      // Who is told before it waits needs no kick.
      para: { 'device-interrupt': 0.9, 'sbi-call': 2 },
    },
    machine: { harts: 2 },
  },
  {
    guest: 'block-read',
    exits: { none: {}, full: { mmio: 1 }, hardware: { mmio: 1 }, para: { mmio: 1 } },
    machine: { disks: [diskOf()] },
  },
];

describe('a comparison of ways to virtualize', () => {
  for (const { guest, exits, machine } of MEASURES)
    for (const virtualization of VIRTUALIZATIONS.filter((each) => exits[each]))
      it(`measures ${guest}: under ${virtualization} as many exits an operation as it must have`, async () => {
        const variant = ANY_GUEST_VIRTUALIZATIONS.includes(virtualization) ? '' : `.${virtualization}`;
        const program = await buildGuest(path.join(folder, `${guest}${variant}.S`));
        const part = measuredPartOf(program);
        assert.ok(typeof part !== 'string' && part.operations !== undefined && part.between);
        const { operations } = part;
        const found = measured(program, virtualization, machine);
        // Beside them there are a few at its beginning and its end.
        const each = [...found.exits]
          .map(([reason, count]) => [reason, Math.round((10 * count) / operations) / 10] as const)
          .filter(([, count]) => count > 0);
        assert.deepEqual(Object.fromEntries(each), exits[virtualization]);
        assert.ok(found.instructions > operations);
        assert.equal(cyclesFor(found) === found.instructions, found.exits.size === 0);
      });

  it('measures fewer exits the longer the lists are by which a ported guest writes a table', async () => {
    for (const batch of [1, 8, 64, 512]) {
      const program = await buildGuest(path.join(folder, 'table-copy.para.S'), { BATCH: String(batch) });
      const { exits, charges } = measured(program, 'para');
      // One more forgets the translations.
      assert.deepEqual(Object.fromEntries(exits), { 'sbi-call': 512 / batch + 1 });
      assert.equal(charges.entryCheck, 512);
    }
  });

  describe('looks for variants of a guest', () => {
    it('beside it, by the way to virtualize in their names', () => {
      const files = (file: string): string[] => variantFiles(file).map((each) => each.file);
      assert.deepEqual(files('a/null-syscall.S'), ['a/null-syscall.para.S']);
      assert.deepEqual(files('a.b/guest.s'), ['a.b/guest.para.s']);
      for (const none of ['a/null-syscall.para.S', 'guest.elf', '.S', 'a.S/vmlinux']) assert.deepEqual(files(none), []);
    });

    const end = 'li a7, 0x53525354\nli a6, 0\nli a0, 0\nli a1, 0\necall\n';
    const guest = `.globl _start\n.equ measure_operations, 2\n_start:\nmeasure_begin: nop\nmeasure_end: nop\n${end}`;
    const ported = `#include <hyperstep-pv.h>\npv_guest\n${guest}`;
    const compared = async (text: string, variant?: string) => {
      const program = await assembleGuest(text);
      const variants = new Map<Virtualization, PortedVariant>();
      if (variant !== undefined) variants.set('para', { file: 'v.S', program: await assembleGuest(variant) });
      return compareGuest(
        'guest',
        { program, variants },
        { limit: LIMIT },
        {
          makeSystem: async (virtualization, each) => makeSystem(each, { virtualization, inputOpen: true }).system,
          giveWay: async () => {},
          now: () => 0,
          isCancelled: false,
        },
      );
    };

    it('runs them where others cannot be run, in the same comparison, and a guest that is ported itself there alone', async () => {
      const engines = async (...texts: Parameters<typeof compared>) => {
        const { measurements, problems } = await compared(...texts);
        assert.deepEqual(problems, []);
        return measurements.map(({ engine, variant }) => (variant === undefined ? engine : `${engine} ${variant}`));
      };
      assert.deepEqual(await engines(guest), ['none', 'full', 'hardware']);
      assert.deepEqual(await engines(guest, ported), ['none', 'full', 'hardware', 'para v.S']);
      assert.deepEqual(await engines(ported), ['para']);
    });

    it('compares nothing with a variant that does something else, or is not ported', async () => {
      const why = async (variant: string) => (await compared(guest, variant)).problems.map((each) => each.why);
      assert.match(
        (await why(ported.replace('operations, 2', 'operations, 3'))).join(),
        /v\.S: it does 3 operations, .* does 2/,
      );
      assert.match(
        (await why(ported.replace('measure_end: ', ''))).join(),
        /v\.S: it has the label measure_begin and no/,
      );
      assert.match((await why(guest)).join(), /does not say that it was ported/);
    });
  });

  it('measures all of a run that has no labels, to its end', async () => {
    const program = await assembleGuest('.globl _start\n_start: csrr t0, sstatus\nli a7, 8\necall');
    const found = measured(program, 'full');
    assert.deepEqual(Object.fromEntries(found.exits), { 'shadow-miss': 1, 'csr-access': 1, 'sbi-call': 1 });
    const { trapEntry, contextSave, trapReturn } = found.charges;
    assert.deepEqual([trapEntry, contextSave, trapReturn], [3, 3, 3]);
  });

  it('says why nothing was measured', async () => {
    const end = '\nli a7, 0x53525354\nli a6, 0\nli a0, 0\nli a1, CODE\necall\n';
    const cases: readonly (readonly [string, MeasuredEnd])[] = [
      ['j .', { kind: 'limit' }],
      [end.replace('CODE', '1'), { kind: 'failed', why: 'the guest reported failure 1' }],
      ['wfi\nj .', { kind: 'failed', why: 'the guest waits for ever: no interrupt can come' }],
      [
        `j 1f\nmeasure_begin: nop\nmeasure_end: nop\n1:${end.replace('CODE', '0')}`,
        { kind: 'failed', why: 'it never came to where it is to be measured' },
      ],
      [
        `measure_begin: nop\nj 1f\nmeasure_end: nop\n1:${end.replace('CODE', '0')}`,
        { kind: 'failed', why: 'it ended within what is to be measured' },
      ],
    ];
    for (const [text, expected] of cases) {
      const program = await assembleGuest(`.globl _start\n_start: ${text}`);
      for (const virtualization of ANY_GUEST_VIRTUALIZATIONS)
        assert.deepEqual(run(program, { virtualization }, 100_000), expected, `${text}, ${virtualization}`);
    }
  });

  it('says what is wrong with the labels of a program', async () => {
    const cases: readonly (readonly [string, RegExp])[] = [
      ['measure_begin: nop', /label measure_begin and no measure_end/],
      ['measure_end: nop', /label measure_end and no measure_begin/],
      ['.equ measure_operations, 0\nnop', /measure_operations must be a number of operations, not 0/],
    ];
    for (const [text, expected] of cases) {
      const part = measuredPartOf(await assembleGuest(`.globl _start\n_start: nop\n${text}`));
      assert.match(String(part), expected);
    }
  });

  const measurement = (engine: Virtualization, instructions: number, charges: Partial<Charges> = {}): Measurement => ({
    ...{ engine, instructions, exits: new Map([['mmio', 2]]), wallSeconds: 0.5 },
    charges: { ...noCharges(), ...charges },
  });

  it('marks what would be otherwise if a cost were half or double', () => {
    const dearer = measurement('full', 100, { trapEntry: 10 });
    const cheaper = measurement('hardware', 100, { walkStep: 3 });
    assert.equal(COSTS.trapEntry.cycles * 10, 100);
    assert.equal(COSTS.walkStep.cycles * 3, 90);
    assert.deepEqual(conclusionsOf([dearer, cheaper]), [
      {
        cheaper: 'hardware',
        dearer: 'full',
        flips: [
          { cost: 'trapEntry', factor: 0.5 },
          { cost: 'walkStep', factor: 2 },
        ],
      },
    ]);
    assert.deepEqual(conclusionsOf([measurement('none', 5), dearer])[0]?.flips, []);
    assert.deepEqual(conclusionsOf([measurement('none', 5), measurement('full', 5)]), []);
  });

  const guests: readonly ComparedGuest[] = [
    {
      name: 'a<b>.S',
      operations: 10,
      measurements: [measurement('none', 1000), measurement('full', 1000, { trapEntry: 100 })],
    },
    { name: 'failed.S', operations: undefined, measurements: [] },
  ];

  it('is told as text, with the figures that it rests on', () => {
    const text = comparisonAsText(guests);
    assert.match(text, /a<b>\.S: 10 operations/);
    assert.match(text, /full +1,000 +2,000 +2\.00 +200\.0 +2 +0\.500/);
    assert.match(text, /none costs less than full\n/);
    assert.match(text, /trapEntry: 10 cycles \(Rocket/);
    assert.doesNotMatch(text, /walkStep/);
  });

  it('is told as JSON, by guest and engine', () => {
    assert.deepEqual(JSON.parse(JSON.stringify(comparisonAsJson(guests))), {
      'a<b>.S': {
        none: {
          ...{ instructions: 1000, exits: { mmio: 2 }, cycles: 1000, wallSeconds: 0.5, relative: 1 },
          ...{ cyclesPerOperation: 100, charges: {}, cheaperThan: [{ engine: 'full', flips: [] }] },
        },
        full: {
          ...{ instructions: 1000, exits: { mmio: 2 }, cycles: 2000, wallSeconds: 0.5, relative: 2 },
          ...{ cyclesPerOperation: 200, charges: { trapEntry: 100 }, cheaperThan: [] },
        },
      },
      'failed.S': {},
    });
  });

  it('is a page of Markdown, in which names and messages are no marks', () => {
    const [guest] = guests;
    assert.ok(guest);
    const problems = [{ engine: 'hardware', kind: 'failed', why: 'the *guest* failed' }] as const;
    const page = comparisonAsMarkdown({ ...guest, name: 'w/a<b>.S', problems });
    assert.match(page, /^# a\\<b\\>\.S\n\n10 operations/);
    assert.match(page, /\nnone █{8} 1,000\nfull █{16} 2,000\n/);
    assert.match(page, /\| `full` \| 1,000 \| 2,000 \| 2\.00 \| 200\.0 \|/);
    assert.match(page, /\*\*`hardware`\*\*: the \\\*guest\\\* failed/);
    assert.match(page, /\| `trapEntry` \| 10 \| Rocket/);
    assert.match(comparisonAsMarkdown({ ...guest, measurements: [], problems }), /^# [^|]*$/);
  });

  it('is drawn: bars as long as cycles', () => {
    const chart = comparisonAsChart(guests);
    const widths = [...chart.matchAll(/<rect x="\d+" y="\d+" width="(\d+)"/g)].map(([, width]) => Number(width));
    assert.deepEqual(widths, [210, 420]);
    assert.match(chart, /a&lt;b&gt;\.S/);
    assert.match(chart, /2,000 cycles, 2\.00 of bare/);
  });
});
