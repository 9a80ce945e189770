import { writeFileSync } from 'node:fs';
import { buildProgram } from '../../simulator/assembler/build';
import { mergeProject } from '../../simulator/assembler/index';
import { writeExecutable } from '../../simulator/object/elf-writer';
import { writeRelocatable } from '../../simulator/object/relocatable-writer';
import { buildOrReport, givenProgram, projectFileOf, reportProblems } from './guest';
import { readHostFile } from './host-files';
import { one, type ParsedCommand } from './options';
import { UsageError } from './usage';

/** `hyperstep asm`. @returns the exit status */
export async function asm(command: ParsedCommand): Promise<number> {
  const output = one(command.values['output']);
  if (output === undefined) throw new UsageError('-o says where the result goes');
  const bytes = command.values['object'] === true ? await relocatable(command) : await executable(command);
  if (!bytes) return 2;
  writeFileSync(output, bytes);
  return 0;
}

async function executable(command: ParsedCommand): Promise<Uint8Array | undefined> {
  const program = await buildOrReport(command);
  return program && writeExecutable(program, { folder: process.cwd() });
}

/** One file, whose undefined symbols are left to a linker. */
async function relocatable(command: ParsedCommand): Promise<Uint8Array | undefined> {
  const [file, another] = command.files;
  if (file === undefined || another !== undefined) throw new UsageError('-c takes one file');
  const given = givenProgram(command);
  const found = await projectFileOf(given);
  const project = mergeProject(given, found && { ...found, linksFile: false });
  const { objects, diagnostics } = await buildProgram({ ...project, stated: false }, readHostFile);
  reportProblems(diagnostics);
  const [object] = objects;
  return object && !diagnostics.some(({ severity }) => severity === 'error') ? writeRelocatable(object) : undefined;
}
