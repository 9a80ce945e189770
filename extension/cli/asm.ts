import { writeFileSync } from 'node:fs';
import { writeSparseFile } from '../../host-files/write';
import type { ReadFile } from '../../simulator/assembler/source/read-file';
import { SparseBytes } from '../../simulator/object/bytes/sparse-bytes';
import { writeRelocatable } from '../../simulator/object/elf/relocatable-writer';
import { writeExecutable } from '../../simulator/object/elf/writer';
import { buildProgram } from '../../simulator/project/build';
import { listingOf, mergeProject, objectListingOf, SourceText } from '../../simulator/project/index';
import { build, givenProgram, projectFileOf, readerFor, reportProblems } from './guest';
import { one, type ParsedCommand } from './options';
import { UsageError } from './usage-error';

/** `hyperstep asm`. @returns the exit status */
export async function asm(command: ParsedCommand): Promise<number> {
  const output = one(command.values['output']);
  if (output === undefined) throw new UsageError('-o says where the result goes');
  const bytes = command.values['object'] === true ? await relocatable(command) : await executable(command);
  if (!bytes) return 2;
  writeSparseFile(output, bytes);
  return 0;
}

async function executable(command: ParsedCommand): Promise<SparseBytes | undefined> {
  const read = readerFor(givenProgram(command));
  const debug = { folder: process.cwd() };
  const built = await build({ ...command, relax: await relaxationOf(command, read) }, undefined, read, { debug });
  const { program, diagnostics, map } = built;
  reportProblems(diagnostics);
  const mapFile = one(command.values['map']);
  // What went where is worth knowing all the more when it does not fit.
  if (mapFile !== undefined && map) writeFileSync(mapFile, map());
  if (!program) return undefined;
  writeListing(command, built.sources, (texts) => listingOf(program, texts));
  if (!program.executable) throw new UsageError(`'${command.files[0]}' is a program already: there is nothing to link`);
  return writeExecutable(program.executable());
}

/** As GNU ld by default, unless the command or the project file says otherwise. */
async function relaxationOf(command: ParsedCommand, read: ReadFile): Promise<boolean> {
  return command.relax ?? (await projectFileOf(givenProgram(command), read))?.description.relax ?? true;
}

/** One file, whose undefined symbols are left to a linker. */
async function relocatable(command: ParsedCommand): Promise<SparseBytes | undefined> {
  const [file, another] = command.files;
  if (file === undefined || another !== undefined) throw new UsageError('-c takes one file');
  for (const option of ['script', 'entry', 'map'] as const)
    if (command.values[option] !== undefined)
      throw new UsageError(`-c links nothing: --${option} makes no sense with it`);
  const read = readerFor(givenProgram(command));
  const given = { ...givenProgram(command), relax: await relaxationOf(command, read) };
  const found = await projectFileOf(given, read);
  const project = mergeProject(given, found && { ...found, linksFile: false });
  const debug = command.values['debug'] === true ? { folder: process.cwd() } : undefined;
  const options = { link: false, debug };
  const built = await buildProgram({ ...project, stated: false }, read, undefined, options);
  const { objects, diagnostics, sources } = built;
  reportProblems(diagnostics);
  const [object] = objects;
  if (!object || diagnostics.some(({ severity }) => severity === 'error')) return undefined;
  writeListing(command, sources, (texts) => objectListingOf(object, texts));
  return SparseBytes.of(writeRelocatable(object));
}

function writeListing(
  command: ParsedCommand,
  sources: ReadonlyMap<string, string>,
  make: (texts: readonly SourceText[]) => string,
): void {
  const file = one(command.values['listing']);
  if (file === undefined) return;
  writeFileSync(file, make([...sources].map(([path, text]) => SourceText.parse(path, text))));
}
