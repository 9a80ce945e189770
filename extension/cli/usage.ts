import type { TSchema } from '@sinclair/typebox';
import { expectedOf } from '../../simulator/schema/expected';
import { wordsOf } from '../../simulator/schema/schema';
import { type Command, type CommandOption, commandTable, help } from './option-table';

export const mainUsage = `hyperstep: run, test, check and assemble RISC-V guests

  hyperstep run FILE...        run a guest, its console on standard output
  hyperstep check FILE...      assemble and report diagnostics, of a folder all that is in it
  hyperstep asm FILE... -o F   assemble and link an ELF executable, or with -c an object file
  hyperstep diff FILE...       run a guest on two engines in lock-step
  hyperstep compare FILE...    measure what guests cost under each way to virtualize
  hyperstep test [FILE...]     run the tests of guests
  hyperstep lab ...            labs: list, start, check, grade

'hyperstep COMMAND --help' tells more.
`;

/** What stands before the options of each command in its help, and behind them. */
const ABOUT: { readonly [command in Command]: readonly [before: string, behind: string] } = {
  run: [
    `hyperstep run FILE... [options]
hyperstep run SCENARIO.hyperstep.json [--console VM] [--report FILE.json] [--max-instructions N] [--timeout S] [--pace P]
                                      [--save FILE] [--record FILE] [--replay FILE]
hyperstep run --restore FILE [options]

Assembles and links the files (.s, .S, .o), or loads the one ELF executable or flat binary, and runs it.
A scenario has several virtual machines on one host (docs/scenarios.md): 0 then means that every guest powered off, 1 that
one did not.`,
    `A program that defines tohost speaks to its host as under Spike (HTIF): exit, console output and the system call write.

Exit status: 0 the guest powered off, 1 it failed, was killed or waits for ever, 2 usage, assembly or load error,
3 the limit of instructions or seconds was reached, 130 or 143 ended by Ctrl-C or SIGTERM: what was asked for is written then,
and a second one ends at once.`,
  ],
  check: [
    `hyperstep check FILE... [options]
hyperstep check -c FILE... [options]
hyperstep check FOLDER

Assembles and links the files and prints what is wrong as 'file:line:column: severity: message', with the macro calls
and includes that led there. With -c each file is a part of a larger program, and may leave symbols to others. In a folder
the programs are checked that hyperstep.json and .vscode/launch.json state, and every other source alone, as in the
editor: by its compile_commands.json or compile_flags.txt, with headers found where the tree keeps them.`,
    'Exit status: 0 no error, 1 errors, 2 usage error.',
  ],
  asm: [
    `hyperstep asm FILE... -o OUT.elf [options]
hyperstep asm -c FILE -o OUT.o [options]

Assembles and links to an ELF executable, as GNU as and ld do, or with -c assembles one file to a relocatable object.
Without a linker script the program is laid out as by GNU ld, with code from 0x80200000. Unless --no-relax is given,
code is made as short as 'as -mrelax' and 'ld --relax' make it.`,
    `Options of GNU ld mean what they mean there: -lNAME and -L DIR link libNAME.a; archives (.a) may be named as files, also between
--start-group and --end-group; --gc-sections, -u, --defsym, --whole-archive, -pie, -z max-page-size=N, -n, -N, -Ttext, -R, -s
and others. In hyperstep.json: "linkOptions": ["--gc-sections", "-lgcc"].

Exit status: 0 done, 2 usage or assembly error.`,
  ],
  diff: [
    `hyperstep diff FILE... --a ENGINE --b ENGINE [options]

Runs the guest on two engines at once and compares registers, pc, privilege and CSRs after every instruction.`,
    `The program, the machine and the limit of instructions are said as for 'hyperstep run'.

Exit status: 0 equal to the guest's end, 1 different, 2 usage, assembly or load error, 3 equal up to the limit.`,
  ],
  compare: [
    `hyperstep compare GUEST... [options]

Runs each guest to its end under each way to virtualize, and tells instructions, exits by reason, cycles by the cost model,
relative to the bare machine, and what follows: marked with ! where it does not if a cost of the model is half or double of what
it is said to be. A guest may have labels measure_begin and measure_end around what counts, and a symbol measure_operations that
says how often it does it (docs/compare.md).`,
    `Every file is a guest of its own. The machine is said as for 'hyperstep run'.

Exit status: 0 all were measured, 1 some failed, 2 some could not be tried (an assembly error) or usage error, 3 one had not
ended at its limit of instructions (1000000000 unless said); where several hold, the first of 2, 1, 3.`,
  ],
  test: [
    `hyperstep test [FILE or FOLDER...] [options]

Runs the tests of guests, each on each of its engines: those that files *.test.json describe, and the comments '#!' of assembly
sources. In folders they are looked for; where nothing is named, in the working folder. docs/guest-tests.md says what can be
expected:

  #! test "adds up"
  #! expect console "55\\n"
  #! expect a0 == 55 at done
  #! expect exits csr-access < 10`,
    `Exit status: 0 all passed, 1 some failed, 2 some could not be tried (a test that is not understood, an assembly error) or usage
error, 3 a guest still ran at its limit; where several hold, the first of 1, 2, 3.`,
  ],
  lab: [
    `hyperstep lab list [--json]
hyperstep lab start LAB [FOLDER] [--variant NAME]
hyperstep lab check [FOLDER] [--task TASK] [--hint TASK] [--json]
hyperstep lab grade LAB FOLDER [--csv FILE] [--json]

Labs (docs/labs.md). 'start' makes a folder of a lab to work in; LAB is its name or its number, and the folder has its name when
none is said. 'check' gives the points of each task, and says what helps where some are missing; the folder is the working one
when none is named. 'grade' checks many submissions, each a folder in FOLDER, two at a time and within bounds.`,
    `Exit status: 'check': 0 all points, 1 not all, 2 something could not be tried (the folder is of no lab, answers that are not
understood) or usage error. 'grade': 0 all were graded, 1 some could not be, 2 usage error. Else 0 or 2.`,
  ],
};

/** Commands whose help leaves out what is said as for `hyperstep run`. */
export const saidAsForRun: ReadonlySet<Command> = new Set(['diff', 'compare']);

/** The help of a command. */
export function usageOf(command: Command): string {
  const [before, behind] = ABOUT[command];
  const options: Readonly<Record<string, CommandOption>> = commandTable[command];
  const texts = Object.entries(options)
    .filter(([name, option]) => !saidAsForRun.has(command) || !Object.hasOwn(commandTable.run, name) || option === help)
    .map(([name, option]) => optionText(name, option));
  return `${[before, texts.join('\n'), behind].join('\n\n')}\n`;
}

/** Characters of a line, of the place for an option's name, and of that for a word that its value may be. */
const WIDTH = 130;
const NAME = 25;
const WORD = 13;

function optionText(name: string, option: CommandOption): string {
  const { short, value = '', schema } = option;
  // Those that GNU as and ld know by a letter are known by it here too.
  const spelt = short === undefined ? `--${name}` : `-${short}, --${name}`;
  const head = `  ${spelt} ${value}`.trimEnd();
  const lines = wrapped(meaningOf(option), WIDTH - NAME);
  const own = head.length < NAME - 1 ? [`${head.padEnd(NAME)}${lines.shift() ?? ''}`] : [head];
  const words = [...wordLines(schema, option.otherwise), ...partLines(schema)];
  return [...own, ...[...lines, ...words].map((line) => `${' '.repeat(NAME)}${line}`)].join('\n');
}

function meaningOf({ schema, help, otherwise, repeats }: CommandOption): string {
  const sentences = [schema?.description, help].filter((text) => text !== undefined).map(plain);
  if (schema && schema.type === 'integer' && schema.minimum !== undefined && schema.expected === undefined)
    sentences.push(`${schema.minimum} to ${schema.maximum}.`);
  const words = schema && wordsOf(schema);
  const fallback: unknown = otherwise ?? schema?.['default'];
  if (words && !isExplained(words)) {
    const marked = words.map(({ const: word }) => (word === fallback ? `${word} (default)` : word));
    sentences.push(`One of ${marked.slice(0, -1).join(', ')} or ${marked.at(-1)}.`);
  } else if (
    !words?.some(({ const: word }) => word === fallback) &&
    typeof fallback !== 'object' &&
    fallback !== undefined
  )
    sentences.push(`Default: ${fallback}.`);
  if (repeats) sentences.push('May be repeated.');
  return sentences.join(' ');
}

type Words = NonNullable<ReturnType<typeof wordsOf>>;

const isExplained = (words: Words): boolean => words.some(({ description }) => description !== undefined);

/** Of a choice that explains its words, each word. */
function wordLines(schema: TSchema | undefined, otherwise: unknown): string[] {
  const words = schema && wordsOf(schema);
  if (!words || !isExplained(words)) return [];
  const fallback: unknown = otherwise ?? schema['default'];
  return words.flatMap(({ const: word, description = '' }) =>
    listed(word, `${plain(description)}${word === fallback ? ' Default.' : ''}`),
  );
}

/** Of an option that stands for several by their names, each of them. */
function partLines(schema: TSchema | undefined): string[] {
  const parts: Readonly<Record<string, TSchema>> = schema?.['properties'] ?? {};
  return Object.entries(parts).flatMap(([name, part]) => {
    const values = expectedOf(part, (word) => word);
    return [
      `${name}: ${values}. Default: ${part['default']}.`,
      ...wrapped(plain(part.description ?? ''), WIDTH - NAME - 2).map((line) => `  ${line}`),
    ];
  });
}

function listed(word: string, text: string): string[] {
  return wrapped(text, WIDTH - NAME - WORD).map((line, index) => `${(index === 0 ? word : '').padEnd(WORD)}${line}`);
}

/** Descriptions are Markdown with typographic quotes, as editors show it. */
function plain(description: string): string {
  return description.replaceAll('`', '').replaceAll(/[‘’]/g, "'").replaceAll(/[“”]/g, '"');
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
