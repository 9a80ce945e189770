/** What a test of a guest says: the type of it, its check, and the schema in editors. Annotations in sources become the same. */
import {
  Integer,
  Array as ListOf,
  Literal,
  Object as ObjectOf,
  Optional,
  Partial,
  String as Text,
  Union,
} from '@sinclair/typebox';
import { exitKinds } from '../hypervisor/engines/registry';
import { KILL_REASONS } from '../hypervisor/vm-end';
import { programOptions } from '../project/program-options';
import { withDefault } from '../schema/defaults';
import { choice, type Described, mapOf, withNote, withRefused } from '../schema/schema';
import { machineOptions } from '../system/machine-options';

const noOthers = { additionalProperties: false };
const fromHere = 'Relative paths are seen from the folder of the test file.';

/** Instructions after which a guest that has not ended is ended, where nothing else is said. */
export const DEFAULT_LIMIT = 10_000_000;

const aText = { expected: 'a text' };

/** One text, or several. */
function texts(description: string, one: string) {
  return Union([Text({ minLength: 1, expected: one }), ListOf(Text({ minLength: 1, expected: one }))], {
    expected: `${one}, or a list of such`,
    description,
  });
}

/** How a number is compared: with an operator, or that it is the same. */
const OPERATORS = '<=|>=|==|!=|<|>';
export const boundForm = new RegExp(`^\\s*(${OPERATORS})?\\s*(\\d{1,15})\\s*(ns|us|ms|s)?\\s*$`);

function bound(description: string) {
  return Union([Integer({ minimum: 0 }), Text({ pattern: `^\\s*(${OPERATORS})?\\s*\\d{1,15}\\s*$` })], {
    expected: 'a number, or a comparison with one such as "< 10"',
    description,
  });
}

const console = Union(
  [
    Text(aText),
    ObjectOf(
      {
        is: Optional(Text({ ...aText, description: 'All that it prints, exactly.' })),
        contains: Optional(texts('What stands somewhere in it.', 'a text that is not empty')),
        lacks: Optional(texts('What stands nowhere in it.', 'a text that is not empty')),
        matches: Optional(
          texts(
            'Regular expressions of JavaScript, each of which matches somewhere in it; `^` and `$` are beginnings and ends of lines.',
            'a regular expression',
          ),
        ),
      },
      { ...noOthers, expected: 'an object with "is", "contains", "lacks" or "matches"' },
    ),
  ],
  {
    expected: 'a text, or an object with "is", "contains", "lacks" or "matches"',
    description: 'What the guest prints on its console: exactly this text, or what is said of it.',
  },
);

/** How a run can end but by power-off; and `any`, for tests that are about something else. */
export const endings = {
  killed: 'The VMM kills the virtual machine.',
  'waiting-forever': 'Every hart waits, and nothing can come that wakes one.',
  'trap-loop': 'It traps for ever: its trap vector cannot be executed.',
  reset: 'It asks for a reset. A test does not go on after one.',
  limit: 'It still runs when its limit of instructions is reached.',
  any: 'However it ends, and whether it does: a guest that still runs at its limit is judged by all else that is expected.',
} as const;
export type Ending = keyof typeof endings;

const exit = withDefault(
  0,
  Union(
    [
      Integer({ minimum: 0, maximum: 0xffff_ffff }),
      choice(endings),
      ObjectOf(
        { killed: choice(KILL_REASONS, { description: 'Why the VMM kills it.' }) },
        { ...noOthers, expected: 'an object with "killed"' },
      ),
    ],
    {
      expected: `a code, ${Object.keys(endings)
        .map((word) => `"${word}"`)
        .join(', ')}, or {"killed": why}`,
      description: `How the run ends. A number: the guest powers off with this code; 0 is success. ${Object.entries(
        endings,
      )
        .map(([word, meaning]) => `\`${word}\`: ${meaning}`)
        .join(' ')} \`{"killed": why}\`: it is killed for just this: ${Object.entries(KILL_REASONS)
        .map(([word, meaning]) => `\`${word}\` (${meaning})`)
        .join(', ')}.`,
    },
  ),
);

const exits = ObjectOf(
  {
    total: Optional(bound('All exits together.')),
    ...Object.fromEntries(exitKinds.map(({ id, text }) => [id, Optional(bound(`Exits for ${text}.`))])),
  },
  {
    ...noOthers,
    expected: 'an object of reasons and numbers',
    description: `How many exits into the VMM there are, by the reasons that reports have, and \`total\`; with the engine \`none\` there are none, and nothing is compared. Reasons: ${exitKinds
      .map(({ id }) => `\`${id}\``)
      .join(', ')}.`,
  },
);

/** Numbers of so many bits. */
const values = (bits: number) =>
  ListOf(
    Union(
      [
        Integer({ minimum: -Number.MAX_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }),
        Text({ pattern: '^-?(0[xX][0-9a-fA-F]{1,16}|[0-9]{1,19})$' }),
      ],
      {
        expected: 'a number, or one as a text such as "0xff"',
      },
    ),
    { minItems: 1, maxItems: 4096, expected: 'a list of numbers', description: `Numbers of ${bits} bits.` },
  );

/** Bytes of each of the numbers that memory is compared with. */
export const UNITS = { bytes: 1, halfwords: 2, words: 4, doublewords: 8 } as const;
export type Unit = keyof typeof UNITS;

const memory = ListOf(
  ObjectOf(
    {
      address: Union([Text({ minLength: 1 }), Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })], {
        expected: 'an address, a symbol or an expression such as "table + 8"',
        description: 'Where: an expression of the debugger’s, such as `table + 8`.',
      }),
      space: Optional(
        withDefault(
          'gva',
          choice(
            { gva: 'As the guest’s software has it there.', gpa: 'Guest-physical.' },
            { description: 'Which addresses are meant.' },
          ),
        ),
      ),
      bytes: Optional(values(8)),
      halfwords: Optional(values(16)),
      words: Optional(values(32)),
      doublewords: Optional(values(32)),
      text: Optional(Text({ minLength: 1, maxLength: 4096, description: 'Characters in UTF-8.' })),
    },
    { ...noOthers, expected: 'an object with "address" and what is there' },
  ),
  {
    expected: 'a list of {"address": ..., "words": [...]}',
    description:
      'What memory holds: each has an `address`, in the `space` `gva` (default) or `gpa`, and one of `bytes`, `halfwords`, `words` (of 32 bits), `doublewords` and `text`.',
  },
);

const state = texts(
  'Expressions of the debugger’s that hold: over registers, CSRs and their fields, symbols and memory, as `a0 == 42`.',
  'an expression such as "a0 == 42"',
);

const aPlace = 'a label such as "done", "loop+4", or a line such as "guest.s:12"';

const at = ListOf(
  ObjectOf(
    {
      place: Text({ minLength: 1, expected: aPlace, description: `Where: ${aPlace}.` }),
      arrival: Optional(
        withDefault(
          'first',
          Union(
            [choice({ first: 'The first time.', every: 'Each time.' }), Integer({ minimum: 1, maximum: 1_000_000 })],
            {
              expected: '"first", "every" or a number from 1',
              description: 'When: the first time that it comes there, each time, or the nth time.',
            },
          ),
        ),
      ),
      state: Optional(state),
      memory: Optional(memory),
      within: Optional(
        Integer({ minimum: 0, description: 'Before how many instructions from the start it has come there.' }),
      ),
    },
    { ...noOthers, expected: 'an object with "place"' },
  ),
  {
    expected: 'a list of objects with "place"',
    description:
      'What holds when a hart has come to a place, before it executes the instruction there: that it comes there at all, and the `state` and `memory` then.',
  },
);

export const expectOptions = {
  console,
  exit,
  exits,
  at,
  never: texts('Places to which no hart comes.', aPlace),
  state: withNote(state, 'At the end, of hart 0.'),
  memory: withNote(memory, 'At the end.'),
  instructions: bound('How many instructions the guest executes, on all harts together.'),
  time: Text({
    pattern: `^\\s*(${OPERATORS})\\s*\\d{1,15}\\s*(ns|us|ms|s)\\s*$`,
    expected: 'a comparison with a time such as "< 5ms"',
    description: 'How long the guest runs, by its own clock.',
  }),
};

const { virtualization, disks, bios, initrd, ...ofMachine } = machineOptions;
const { program, includePaths, linkerScript, linkOptions, ...ofProgram } = programOptions;

/** What is said of one test, or of all in a file. */
export const testOptions = {
  engines: ListOf(virtualization, {
    minItems: 1,
    uniqueItems: true,
    expected: 'a list of engines',
    description:
      'On which engines it is run; all that run any guest, `none` among them, when absent, and `none` alone with firmware `none`.',
  }),
  limit: withDefault(
    DEFAULT_LIMIT,
    Integer({
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
      unit: 'instructions',
      description: 'After how many instructions a guest that still runs is ended.',
    }),
  ),
  input: Union(
    [
      Text(aText),
      ListOf(
        ObjectOf(
          {
            type: Text({ minLength: 1, description: 'What is typed.' }),
            after: Optional(
              Text({
                minLength: 1,
                description:
                  'It is typed once the guest has printed this, after what the one before waited for. At the start when absent.',
              }),
            ),
          },
          { ...noOthers, expected: 'an object with "type"' },
        ),
      ),
    ],
    {
      expected: 'a text, or a list of {"type": text, "after": text}',
      description:
        'What is typed at the console: at the start, or each after a text that the guest prints. Nothing comes after that.',
    },
  ),
  ...ofMachine,
  disks: withNote(disks, `Writes go to a copy. ${fromHere}`),
  bios: withNote(bios, fromHere),
  initrd: withNote(initrd, fromHere),
};

export const expectSchema = Partial(ObjectOf(expectOptions), {
  ...noOthers,
  expected: 'an object of expectations',
  description: 'What is expected. That the guest powers off with 0 is, where `exit` says nothing else.',
});

const refused = { virtualization: 'is said by "engines" in a test' };

const testSchema = withRefused(
  ObjectOf(
    { ...Partial(ObjectOf(testOptions)).properties, expect: Optional(expectSchema) },
    { ...noOthers, expected: 'an object: a test' },
  ),
  refused,
);

export const fileOptions = {
  $schema: Text({ description: 'The schema of this file, for other editors.' }),
  version: withDefault(1, Literal(1, { expected: '1', description: 'The version of this format.' })),
  program: withNote(
    program,
    `When absent, the source beside this file with the same name: \`guest.s\` or \`guest.S\` beside \`guest.test.json\`. ${fromHere}`,
  ),
  includePaths: withNote(includePaths, fromHere),
  linkerScript: withNote(linkerScript, fromHere),
  linkOptions: withNote(linkOptions, fromHere),
  ...ofProgram,
  tests: mapOf(testSchema, {
    expected: 'an object of names and tests',
    description:
      'The tests by their names, each with the options of the file but those of the program. Without any, what the file says is one test.',
  }),
};

export const testFileSchema = withRefused(
  Partial(ObjectOf({ ...fileOptions, ...testOptions, expect: expectSchema }), {
    ...noOthers,
    description: 'Tests of a guest of HyperStep.',
  }),
  refused,
);

export { memory as memorySchema };

export type TestFileDescription = Described<typeof testFileSchema>;
export type TestDescription = Described<typeof testSchema>;
export type ExpectDescription = Described<typeof expectSchema>;
export type MemoryDescription = Described<typeof memory>[number];
