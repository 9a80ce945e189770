import { extensionList } from '../extension-text';
import { serveRunner } from '../runner/node';
import { asm } from './asm';
import { check } from './check';
import { compare } from './compare';
import { diff } from './diff';
import { isExpected } from './expected-error';
import { lab } from './lab/lab';
import type { Command } from './option-table';
import { type ParsedCommand, parseCommand } from './options';
import { STATUS } from './outcome';
import { run } from './run';
import { test } from './test/test';
import { mainUsage, usageOf } from './usage';

const COMMANDS: { readonly [name in Command]: (command: ParsedCommand) => Promise<number> } = {
  run,
  check,
  asm,
  diff,
  compare,
  test,
  lab,
};

const isCommand = (name: string): name is Command => Object.hasOwn(COMMANDS, name);

async function main(words: readonly string[]): Promise<number> {
  const [name, ...rest] = words;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    console.log(mainUsage);
    return name === undefined ? STATUS.usage : 0;
  }
  // The extension starts this program as its runner.
  if (name === 'runner' && serveRunner()) return STATUS.poweredOff;
  if (!isCommand(name)) {
    console.error(`hyperstep: there is no command '${name}'\n\n${mainUsage}`);
    return STATUS.usage;
  }
  if (/--march[= ]help( |$)/.test(rest.join(' '))) {
    console.log(extensionList());
    return 0;
  }
  try {
    const command = parseCommand(name, rest);
    if (!command.help) return await COMMANDS[name](command);
    console.log(usageOf(name));
    return 0;
  } catch (error) {
    if (!isExpected(error)) throw error;
    console.error(`hyperstep ${name}: ${error.message}\n'hyperstep ${name} --help' tells more.`);
    return STATUS.usage;
  }
}

// A reader that goes away (`hyperstep run ... | head`) ends the command, it is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : STATUS.failed));
main(process.argv.slice(2)).then(
  (status) => {
    process.exitCode = status;
  },
  (error: unknown) => {
    console.error(`hyperstep: an error of hyperstep itself: ${error instanceof Error ? error.stack : error}`);
    process.exitCode = STATUS.failed;
  },
);
