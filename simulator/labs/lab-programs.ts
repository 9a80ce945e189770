import type { Diagnostic } from '../assembler/source/diagnostic';
import { type ReadFile, UnreadableFile } from '../assembler/source/read-file';
import type { DiskImage } from '../devices/disk/disk-image';
import type { TestedProgram } from '../guest-tests/guest-test';
import type { BuiltProgram } from '../guest-tests/tested-guest';
import { readImage } from '../object/image';
import { loadedAt } from '../object/load-address';
import type { Program } from '../object/program';
import { type BuildResult, buildProgram } from '../project/build';
import { mergeProject } from '../project/project-file';
import { hostWordsOf } from '../system/host-interface';
import type { MachineSettings } from '../system/machine-options';
import { imageAddress, openDisk, System, type SystemConfiguration, type Virtualization } from '../system/system';

/** What is wrong with a file of a student's, in one line or more. */
export class Unusable {
  constructor(readonly why: string) {}
}

/** Errors of a program that messages have: behind the first ones come those that follow from them. */
const MOST_ERRORS = 10;

/** Makes the programs of a lab, each once, of what a reader of files gives: no project file and no file elsewhere has a say. */
export class LabPrograms {
  private readonly built = new Map<string, Promise<BuiltProgram | Unusable>>();

  constructor(private readonly read: ReadFile) {}

  build(program: TestedProgram, { firmware, bios, loadAddress }: MachineSettings): Promise<BuiltProgram | Unusable> {
    const image = imageAddress(firmware, bios !== undefined);
    const key = JSON.stringify([program, image.toString(), loadAddress?.toString()]);
    const known = this.built.get(key) ?? this.make(program, image, loadAddress);
    this.built.set(key, known);
    return known;
  }

  /** The machine for a program. @throws ConfigurationError */
  async machine(
    built: BuiltProgram,
    settings: MachineSettings,
    virtualization: Virtualization,
  ): Promise<((console: SystemConfiguration['console']) => System) | Unusable> {
    const { append: bootArguments, loadAddress: _, bios, initrd, disks, ...machine } = settings;
    const firmware = bios === undefined ? undefined : await this.biosOf(bios);
    const ramDisk = initrd === undefined ? undefined : await this.contents(initrd);
    const images = await Promise.all(disks.map(({ file }) => this.diskOf(file)));
    const wrong = [firmware, ramDisk, ...images].find((each) => each instanceof Unusable);
    if (wrong instanceof Unusable) return wrong;
    const usable = <Kind>(each: Kind): each is Exclude<Kind, Unusable> => !(each instanceof Unusable);
    const files = {
      disks: images.filter(usable),
      bios: usable(firmware) ? firmware : undefined,
      initrd: usable(ramDisk) ? ramDisk : undefined,
    };
    const hostWords = hostWordsOf(built.program);
    return (console) =>
      new System({ ...machine, virtualization, ...files, bootArguments, hostWords, console }, built.program);
  }

  private async make(
    { program = [], includePaths, defines, linkerScript, linkOptions, march, mabi, relax }: TestedProgram,
    image: bigint,
    loadAddress: bigint | undefined,
  ): Promise<BuiltProgram | Unusable> {
    const project = mergeProject(
      {
        ...{ program, includePaths, defines },
        ...(linkerScript === undefined ? {} : { linkerScript }),
        ...(linkOptions === undefined ? {} : { linkOptions }),
        ...(march === undefined ? {} : { march }),
        ...(mabi === undefined ? {} : { mabi }),
        ...(relax === undefined ? {} : { relax }),
      },
      undefined,
    );
    const made: BuildResult = await buildProgram(project, this.read, loadAddress ?? image);
    if (!made.program) return new Unusable(errorsIn(made.diagnostics));
    const placed = loadAddress === undefined ? made.program : loadedAt(made.program, loadAddress);
    return { program: placed, defines: made.defines };
  }

  private async biosOf(file: string): Promise<Program | Unusable> {
    const contents = await this.contents(file);
    if (contents instanceof Unusable) return contents;
    const { value, error } = readImage(contents, imageAddress('none', false));
    return value ?? new Unusable(`bios '${file}': ${error}`);
  }

  /** Writes go to a copy. */
  private async diskOf(file: string): Promise<DiskImage | Unusable> {
    const contents = await this.contents(file);
    if (contents instanceof Unusable) return contents;
    const read = (offset: number, length: number): Uint8Array => contents.slice(offset, offset + length);
    return openDisk({ size: contents.length, read, write: () => undefined }, 'copy');
  }

  private async contents(file: string): Promise<Uint8Array | Unusable> {
    const found = await this.read(file);
    if (found instanceof UnreadableFile) return new Unusable(`the file '${file}' ${found.why}`);
    return found ?? new Unusable(`the file '${file}' is not there`);
  }
}

/** As compilers print them. */
function errorsIn(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const lines = errors
    .slice(0, MOST_ERRORS)
    .map(({ file, range: { start }, message }) => `${file}:${start.line + 1}:${start.column + 1}: error: ${message}`);
  if (errors.length > MOST_ERRORS) lines.push(`... and ${errors.length - MOST_ERRORS} errors more`);
  return lines.join('\n');
}
