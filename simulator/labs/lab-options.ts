/** What a lab says (`lab.json`): the type of it, its check, and the schema in editors. */
import {
  Integer,
  Array as ListOf,
  Literal,
  Object as ObjectOf,
  Optional,
  Partial,
  String as Text,
} from '@sinclair/typebox';
import { testOptions } from '../guest-tests/test-options';
import { exitKinds } from '../hypervisor/engines/registry';
import { programOptions } from '../project/program-options';
import { withDefault } from '../schema/defaults';
import { choice, type Described, mapOf, withNote } from '../schema/schema';
import { machineOptions } from '../system/machine-options';
import { MEASURES } from './measures';

const noOthers = { additionalProperties: false };
const aText = (description: string) =>
  Text({ minLength: 1, maxLength: 4000, expected: 'a text that is not empty', description });
const points = withDefault(1, Integer({ minimum: 1, maximum: 100, description: 'How many points there are for it.' }));
/** What tasks are called in answers. */
export const TASK_ID = '^[a-z][a-z0-9-]{0,39}$';

/** Where paths are seen from. */
const seen = 'Paths are seen from the student’s folder; those that begin with `checks/` are the lab’s own files.';

const { engines: _, input, limit, disks: __, bios: ___, initrd: ____, ...ofMachine } = testOptions;
const { program, includePaths, linkerScript, linkOptions, ...ofProgram } = programOptions;
const { disks, bios, initrd } = machineOptions;

/** The guest that is asked about, and how far it has come. */
export const momentOptions = {
  program: withNote(program, seen),
  includePaths: withNote(includePaths, seen),
  linkerScript: withNote(linkerScript, seen),
  linkOptions,
  ...ofProgram,
  engine: withDefault('none', { ...machineOptions.virtualization, description: 'How the guest is virtualized.' }),
  limit,
  input,
  ...ofMachine,
  disks: withNote(disks, `Writes go to a copy. ${seen}`),
  bios: withNote(bios, seen),
  initrd: withNote(initrd, seen),
  place: Text({
    minLength: 1,
    expected: 'a label such as "done", "loop+4", or a line such as "guest.s:12"',
    description: 'Where it is asked: before the instruction there is executed. At the end of the run when absent.',
  }),
  arrival: withDefault(
    1,
    Integer({ minimum: 1, maximum: 100_000, description: 'The how manieth time that it comes there.' }),
  ),
  steps: Integer({
    minimum: 0,
    maximum: 1000,
    description:
      'So many instructions of the guest behind the place: a trap that the guest’s own handler takes is a step too. 1 of what is predicted when absent, else 0.',
  }),
};

const address = Text({
  minLength: 1,
  expected: 'an address, a symbol or an expression such as "table + 8"',
  description: 'An expression of the debugger’s.',
});

const translation = ObjectOf(
  {
    address,
    access: Optional(
      withDefault(
        'read',
        choice({ read: 'A load.', write: 'A store.', execute: 'A fetch.' }, { description: 'What the access is.' }),
      ),
    ),
    of: choice(
      {
        gpa: 'The guest-physical address that it reaches.',
        hpa: 'The address in the machine’s memory that it reaches.',
        bits: 'The bits of the leaf by which the guest’s own tables map it, of `rwxugad` those that are set.',
        shadow: 'Those of the leaf in the shadow table that the hart walks in their place, under `full`.',
        fault: 'The exception that the access raises, or `none`.',
      },
      { description: 'What is asked of it.' },
    ),
    by: Optional(
      withDefault(
        'here',
        choice(
          {
            here: 'The mode in which the hart stands.',
            u: 'U-mode (VU-mode where the hart is in VS-mode).',
            s: 'S-mode, or HS-mode.',
            vs: 'VS-mode.',
            vu: 'VU-mode.',
          },
          { description: 'Whose access it is.' },
        ),
      ),
    ),
  },
  {
    ...noOthers,
    expected: 'an object with "address" and "of"',
    description: 'Where an access to an address leads.',
  },
);

const trap = choice(
  {
    cause: 'Its cause: the code, or the name that the manual has for it.',
    by: 'Who handled it: `guest` (its own handler, without an exit), `vmm` (the VMM alone), or `both` (the VMM, which gave it to the guest).',
  },
  { description: 'What is asked of the last trap before this moment.' },
);

const exits = choice(
  { total: 'All together.', ...Object.fromEntries(exitKinds.map(({ id, text }) => [id, `Those for ${text}.`])) },
  { description: 'How many exits into the VMM there were so far: `total`, or for a reason as reports have it.' },
);

const modes = choice(
  {
    guest: 'As the guest knows it.',
    hart: 'That of the hart, which runs a guest of the engine `full` in U-mode whatever the guest believes.',
  },
  { description: 'Which mode it is: `M`, `S` (`HS`), `U` (`HU`), `VS` or `VU`.' },
);

/** What there is to be asked: one of these. */
export const askOptions = {
  expression: Text({
    minLength: 1,
    expected: 'an expression such as "a0" or "scause"',
    description:
      'The value of an expression of the debugger’s: registers, `pc`, CSRs and their fields, symbols, memory.',
  }),
  mode: modes,
  trap,
  translation,
  exits,
  tlb: withNote(address, 'How many entries of the TLB are for this virtual address, of whatever address space.'),
  choice: ListOf(
    ObjectOf(
      {
        text: aText('What may be answered.'),
        right: Optional(Literal(true, { expected: 'true', description: 'It is right whatever the machine does.' })),
        holds: Optional(
          Text({
            minLength: 1,
            expected: 'an expression such as "scause == 2"',
            description: 'It is right where this expression of the debugger’s holds.',
          }),
        ),
        help: Optional(aText('What helps who has chosen it and is wrong.')),
      },
      { ...noOthers, expected: 'an object with "text"' },
    ),
    {
      minItems: 2,
      maxItems: 8,
      expected: 'a list of {"text": ...}',
      description:
        'One of these texts, or its letter: `a` is the first. Of each is said whether it is `right`, or by `holds` when.',
    },
  ),
};

export const askSchema = Partial(ObjectOf(askOptions), {
  ...noOthers,
  expected: `an object with one of ${Object.keys(askOptions)
    .map((name) => JSON.stringify(name))
    .join(', ')}`,
});

export const nearOptions = {
  ask: { ...askSchema, description: 'An answer that is the truth of another question, as in `ask`.' },
  answer: aText('An answer as it may be written.'),
  help: aText('What is told who answers so: where to look, never the solution.'),
};

const near = ObjectOf(
  { ask: Optional(nearOptions.ask), answer: Optional(nearOptions.answer), help: nearOptions.help },
  { ...noOthers, expected: 'an object with "help" and "ask" or "answer"' },
);

const moment = Partial(ObjectOf(momentOptions), { ...noOthers, expected: 'an object: which guest, and where' });

export const questionOptions = {
  where: { ...moment, description: 'Which guest is asked about, and where it stands then.' },
  ask: { ...askSchema, description: 'What is asked. The tool finds the answer itself.' },
  near: ListOf(near, {
    maxItems: 20,
    expected: 'a list of {"ask": ..., "help": ...}',
    description: 'Wrong answers that say what was misunderstood, each with what helps then.',
  }),
};

const question = ObjectOf(
  { where: Optional(questionOptions.where), ask: questionOptions.ask, near: Optional(questionOptions.near) },
  { ...noOthers, expected: 'an object with "ask"' },
);

const ofTest = ObjectOf(
  {
    points: Optional(points),
    help: aText('What is told when it fails: what to look at, never the solution.'),
    also: Optional(
      mapOf(aText('What is told when it is this one that fails.'), {
        expected: 'an object of tests and what helps',
        description:
          'Other tests of the file that have to pass for its points too, so that no answer that is always the same has any. The first that does not is told.',
      }),
    ),
  },
  { ...noOthers, expected: 'an object with "help"' },
);

export const testsOptions = {
  file: Text({
    pattern: '^[\\w.-]+\\.test\\.json$',
    expected: 'the name of a file *.test.json in the folder "checks"',
    description:
      'A file of tests of guests in the lab’s folder `checks`. Its paths are seen from the student’s folder; those that begin with `checks/` are the lab’s own files.',
  }),
  tests: mapOf(ofTest, {
    expected: 'an object of tests and what helps',
    description:
      'Tests of the file by their names, each with its points. One counts when it passes on each of its engines.',
  }),
};

const tests = ObjectOf(testsOptions, { ...noOthers, expected: 'an object with "file" and "tests"' });

const measured = {
  vm: Text({ minLength: 1, expected: 'the name of a virtual machine', description: 'Of which virtual machine.' }),
  measure: choice(MEASURES, { description: 'What is measured.' }),
  is: Text({
    pattern: '^\\s*((<=|>=|==|<|>)\\s*\\d{1,15}|\\d{1,15}\\s*\\.\\.\\s*\\d{1,15})\\s*$',
    expected: 'a comparison such as ">= 40", or a range such as "28..32"',
    description: 'How it is compared: with a number, or that it lies in a range, its ends included.',
  }),
  help: aText('What is told when it is not so.'),
};

export const measuredOptions = {
  ...measured,
  name: aText('What is expected, in words.'),
  points,
  also: ListOf(ObjectOf(measured, { ...noOthers, expected: 'an object with "vm", "measure", "is" and "help"' }), {
    maxItems: 20,
    expected: 'a list of objects with "vm", "measure", "is" and "help"',
    description:
      'What else has to be so for its points: what is so at the start already, say. The first that is not is told.',
  }),
};

const { default: _hartDefault, ...hartCount } = machineOptions.harts;

export const scenarioTaskOptions = {
  file: Text({ minLength: 1, expected: 'a path', description: 'A scenario in the student’s folder.' }),
  expect: ListOf(
    ObjectOf(
      { ...measuredOptions, points: Optional(measuredOptions.points), also: Optional(measuredOptions.also) },
      { ...noOthers, expected: 'an object with "vm", "measure", "is", "name" and "help"' },
    ),
    {
      minItems: 1,
      maxItems: 50,
      expected: 'a list of expectations',
      description: 'What is expected of its virtual machines.',
    },
  ),
  limit,
  harts: { ...hartCount, description: 'How many harts its host must have: as many as it says when absent.' },
  programs: mapOf(Text({ minLength: 1, expected: 'a path' }), {
    expected: 'an object of virtual machines and paths',
    description:
      'What virtual machines run, by their names, whatever the scenario says: files of the student’s folder, or those that begin with `checks/` of the lab’s own.',
  }),
  vms: ListOf(Text({ minLength: 1 }), {
    description: 'The virtual machines that the scenario must have: these and no others.',
    expected: 'a list of names',
  }),
};

const host = ObjectOf(
  {
    ...Partial(ObjectOf(scenarioTaskOptions)).properties,
    file: scenarioTaskOptions.file,
    expect: scenarioTaskOptions.expect,
  },
  { ...noOthers, expected: 'an object with "file" and "expect"' },
);

export const taskOptions = {
  id: Text({
    pattern: TASK_ID,
    expected: 'a short name of small letters, digits and hyphens',
    description: 'What answers call it.',
  }),
  title: aText('What it is called.'),
  text: aText('What is to be done or answered, in Markdown.'),
  points,
  hints: ListOf(aText('A hint.'), {
    maxItems: 10,
    expected: 'a list of texts',
    description: 'They unfold one by one, in Markdown.',
  }),
  help: aText('What is told when an answer is wrong and none of `near` is met.'),
  tests: {
    ...tests,
    description: 'Tests of the student’s files. There are as many points as its tests have together.',
  },
  question: { ...question, description: 'A question about the machine, which is answered in `answers.json`.' },
  predict: {
    ...question,
    description: 'A question about what a step will do: it is answered before the step is made.',
  },
  host: {
    ...host,
    description:
      'A scenario that the student writes, and what is measured when it is run. There are as many points as its expectations have together.',
  },
};

const { id, title, text, ...more } = taskOptions;
const task = ObjectOf(
  { id, title, text, ...Partial(ObjectOf(more)).properties },
  { ...noOthers, expected: 'an object: a task' },
);

export const labOptions = {
  $schema: Text({ description: 'The schema of this file, for other editors.' }),
  version: withDefault(1, Literal(1, { expected: '1', description: 'The version of this format.' })),
  title: aText('What the lab is called.'),
  summary: aText('What it is about, in a sentence.'),
  minutes: Integer({ minimum: 1, maximum: 600, unit: 'minutes', description: 'How long it takes.' }),
  lecture: ObjectOf(
    { deck: aText('The title of the lecture.'), slide: aText('The title of the slide.') },
    { ...noOthers, expected: 'an object with "deck" and "slide"', description: 'What it goes with.' },
  ),
  given: ListOf(
    Text({ pattern: '^[\\w-][\\w.-]*(/[\\w-][\\w.-]*)*$', expected: 'the path of a file in the folder "checks"' }),
    {
      maxItems: 100,
      expected: 'a list of paths, each of a file in the folder "checks"',
      description:
        'Which of the lab’s own files, those in `checks`, a student gets too, to read and to debug with: what is checked is the lab’s own all the same.',
    },
  ),
  variants: mapOf(
    ObjectOf(
      {
        title: aText('What it is called.'),
        source: Text({
          pattern: '^[\\w-]+\\.c$',
          expected: 'the name of a file *.c',
          description:
            'The student’s file in C. Its object file, which has the same name with `.o`, is what is checked.',
        }),
        replaces: Text({
          pattern: '^[\\w-]+\\.[sS]$',
          expected: 'the name of a file *.S or *.s',
          description: 'The file in assembly in the place of which that stands in the programs of the lab.',
        }),
      },
      { ...noOthers, expected: 'an object with "title", "source" and "replaces"' },
    ),
    {
      expected: 'an object of variants',
      description:
        'Other ways to do the same lab, by their names: in C. Its files are in the folder `variants/NAME`, over those of `start`.',
    },
  ),
  guest: { ...moment, description: 'What holds for every `where` that does not say otherwise.' },
  tasks: ListOf(task, {
    minItems: 1,
    maxItems: 50,
    expected: 'a list of tasks',
    description: 'The tasks, in their order.',
  }),
};

const { $schema, version, given, variants, guest, ...needed } = labOptions;
export const labSchema = ObjectOf(
  { ...Partial(ObjectOf({ $schema, version, given, variants, guest })).properties, ...needed },
  { ...noOthers, description: 'A lab of HyperStep.' },
);

export type LabDescription = Described<typeof labSchema>;
export type TaskDescription = Described<typeof task>;
export type MomentDescription = Described<typeof moment>;
export type AskDescription = Described<typeof askSchema>;
export type QuestionDescription = Described<typeof question>;
