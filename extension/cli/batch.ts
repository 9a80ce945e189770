import { splitCommand } from '../../simulator/project/compile-commands/shell-words';
import { ClosedInput, ConsoleOutput, type GuestConsole } from './console-io';
import { isExpected } from './expected-error';
import { readGiven } from './guest';
import { one, type ParsedCommand, parseCommand, withDefaults } from './options';
import { type Outcome, STATUS } from './outcome';
import { UsageError } from './usage-error';

/** How one guest's run ended. */
export interface RunResult {
  readonly status: number;
  readonly reason: Outcome['reason'] | 'not assembled' | 'not run';
  readonly instructions: number;
}

type RunGuest = (command: ParsedCommand, openConsole: () => GuestConsole) => Promise<RunResult>;

interface Line {
  /** Counted from 1. */
  readonly number: number;
  readonly words: readonly string[];
}

/** What cannot be one guest's among many. */
const ALONE = ['batch', 'help', 'replay', 'legal-variants'];
/** What one guest has for itself: as a default of all, each would write over what the one before wrote. */
const OWN = ['record', 'report', 'save', 'restore', 'signature', 'trace', 'replay', 'legal-variants'];

/**
 * `hyperstep run --batch LIST`: runs many guests in one process, each with the words of a line, and with the command's own options as
 * defaults. Standard output has a line for each: status, reason, instructions, and the line's words, with tabs between them; what the
 * guests write goes to standard error, below a line that says whose it is.
 * @returns 0 when every guest's status is 0, else 1; that of a signal
 */
export async function runBatch(command: ParsedCommand, runGuest: RunGuest): Promise<number> {
  const list = one(command.values['batch']) ?? '';
  const single = OWN.find((name) => command.values[name] !== undefined);
  if (single !== undefined) throw new UsageError(`--${single} is of one guest: it stands in the list, if anywhere`);
  const lines = linesOf(new TextDecoder().decode(await readGiven('list', list)));
  if (lines.length === 0) throw new UsageError(`there is no guest in '${list}'`);
  let failed = false;
  for (const { number, words } of lines) {
    process.stderr.write(`== ${list}:${number}: ${words.join(' ')}\n`);
    const result = await runLine(command, words, runGuest, `${list}:${number}`);
    const { status, reason, instructions } = result;
    process.stdout.write(`${status}\t${reason}\t${instructions}\t${words.join(' ')}\n`);
    failed ||= status !== 0;
    if (reason === 'interrupted') return status;
  }
  return failed ? STATUS.failed : STATUS.poweredOff;
}

async function runLine(
  defaults: ParsedCommand,
  words: readonly string[],
  runGuest: RunGuest,
  place: string,
): Promise<RunResult> {
  try {
    const own = parseCommand('run', words);
    const misplaced = ALONE.find((name) => own.values[name] !== undefined);
    if (misplaced !== undefined) throw new UsageError(`--${misplaced} is no option of a guest in a list`);
    return await runGuest(withDefaults(own, defaults), () => ({
      input: new ClosedInput(),
      output: new ConsoleOutput(process.stderr),
    }));
  } catch (error) {
    if (!isExpected(error)) throw error;
    process.stderr.write(`hyperstep: ${place}: ${error.message}\n`);
    return { status: STATUS.usage, reason: 'not run', instructions: 0 };
  }
}

/** Lines that say something: what begins with # is a comment. */
function linesOf(text: string): Line[] {
  return text
    .split('\n')
    .map((line, index) => ({ number: index + 1, line }))
    .filter(({ line }) => !/^\s*#/.test(line))
    .map(({ number, line }) => {
      const { words, isOpen } = splitCommand(line);
      if (isOpen) throw new UsageError(`line ${number} of the list has a quote that is not closed`);
      return { number, words };
    })
    .filter(({ words }) => words.length > 0);
}
