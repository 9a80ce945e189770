/** How a program is assembled and linked: what `hyperstep.json`, launch configurations and the command line can say about it. */
import { Array as ListOf, Number as Numeric, Boolean as Switch, String as Text, Union } from '@sinclair/typebox';
import { abiNames } from '../assembler/encode/abi';
import { defaultMarch } from '../assembler/encode/architecture';
import { linkOptions } from '../linker/options';
import { withDefault } from '../schema/defaults';
import { choice, mapOf } from '../schema/schema';

const aPath = { expected: 'a path' };

/** Options of the linker that have an effect are suggested; others, and other values, are as good. */
const suggestions = linkOptions
  .filter(({ description, apply }) => apply && description !== '')
  .map(({ names: [name = ''], value, description }) => ({
    word: value && name.startsWith('--') ? `${name}=` : name,
    description,
  }));

/** Those of a single file as well. */
export const fileOptions = {
  includePaths: withDefault(
    [],
    ListOf(Text(aPath), {
      expected: 'a list of paths',
      description:
        'Folders in which `.include`, `.incbin` and `#include` look for files, after that of the including file.',
    }),
  ),
  defines: withDefault(
    {},
    mapOf(Union([Text(), Numeric(), Switch()], { expected: 'a string or a number' }), {
      expected: 'an object of names and values',
      description: 'Preprocessor macros and their values, for `.S` files.',
    }),
  ),
  march: Text({
    // What holds when nothing is said, also in a project file.
    suggested: defaultMarch,
    expected: 'a string such as "rv64imac_zicsr"',
    description: 'The instruction set that the assembler accepts, as in GNU as `-march`.',
  }),
  mabi: choice(abiNames, {
    description:
      'The calling convention that objects are marked for, as in GNU as `-mabi`; those of a program must be alike. When absent, the widest floats of `march` are passed in registers: `lp64d` with d, `lp64` without.',
  }),
};

export const programOptions = {
  program: Union([Text(aPath), ListOf(Text(aPath), { expected: 'a list of paths' })], {
    description:
      'The files that make the program, linked together in this order: assembly (`.s`, `.S`) and object files.',
  }),
  ...fileOptions,
  linkerScript: Text({ ...aPath, description: 'A GNU linker script that says what goes where in memory.' }),
  linkOptions: withDefault(
    [],
    ListOf(Text({ suggestions }), {
      expected: 'a list of options of the linker',
      description:
        'Options of GNU ld for the program: archives with `-l` and `-L`, `--gc-sections`, `--defsym=NAME=VALUE`, ...; `hyperstep asm --help` lists them.',
    }),
  ),
  relax: Switch({
    description:
      'Whether the linker makes code shorter where its targets are near, in each way that GNU ld has. When absent, addresses are counted from `gp` only in a program that mentions `__global_pointer$`, since no other can have set `gp` up.',
  }),
};

/** Macros as the preprocessor takes them. */
export function definesOf(given: Readonly<Record<string, string | number | boolean>>): Record<string, string> {
  const texts = Object.entries(given).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : String(Number(value)),
  ]);
  return Object.fromEntries(texts);
}
