import type { Diagnostic } from '../assembler/source/diagnostic';
import { errorLine } from '../assembler/source/error-line';
import { type ReadFile, UnreadableFile } from '../assembler/source/read-file';
import type { TestedProgram } from '../guest-tests/guest-test';
import type { BuiltProgram } from '../guest-tests/tested-guest';
import { MachineFileError, type MachineFiles, testedMachine } from '../guest-tests/tested-machine';
import { loadedAt } from '../object/load-address';
import { type BuildResult, buildProgram } from '../project/build';
import { mergeProject } from '../project/project-file';
import type { MachineSettings } from '../system/machine-options';
import { imageAddress, type System, type SystemConfiguration, type Virtualization } from '../system/system';
import { objectOf, type Variant } from './lab';

/** What is wrong with a file of a student's, in one line or more. */
export class Unusable {
  constructor(readonly why: string) {}
}

/** Bytes that the programs of a lab have together in their files: those of all its tests and moments are there at once. */
const MOST_BYTES = 128 * 2 ** 20;
/** Errors of a program that messages have: behind the first ones come those that follow from them. */
const MOST_ERRORS = 10;

/** Makes the programs of a lab, each once, of what a reader of files gives: no project file and no file elsewhere has a say. */
export class LabPrograms {
  private readonly built = new Map<string, Promise<BuiltProgram | Unusable>>();
  /** Bytes of those that are kept. */
  private bytes = 0;

  /** @param variant in C, of which the object file stands in the place of a source */
  constructor(
    private readonly read: ReadFile,
    private readonly variant?: Variant,
  ) {}

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
    try {
      const disks = settings.disks.map(({ file }) => ({ file, write: 'copy' as const }));
      return await testedMachine(built, { ...settings, disks }, virtualization, this.files);
    } catch (error) {
      if (!(error instanceof MachineFileError)) throw error;
      return new Unusable(error.message);
    }
  }

  private async make(
    { program = [], includePaths, defines, linkerScript, linkOptions, march, mabi, relax }: TestedProgram,
    image: bigint,
    loadAddress: bigint | undefined,
  ): Promise<BuiltProgram | Unusable> {
    const { variant } = this;
    const files = program.map((file) => (variant && file === variant.replaces ? objectOf(variant) : file));
    if (variant && files.includes(objectOf(variant)) && !((await this.read(objectOf(variant))) instanceof Uint8Array))
      return new Unusable(
        `${objectOf(variant)} is not there: it is made of ${variant.source} (make), once that has no errors`,
      );
    const project = mergeProject(
      {
        ...{ program: files, includePaths, defines },
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
    this.bytes += made.program.segments.reduce((sum, { bytes }) => sum + bytes.length, 0);
    if (this.bytes > MOST_BYTES)
      return new Unusable(`the programs of this folder have more than ${MOST_BYTES / 2 ** 20} MiB together`);
    const placed = loadAddress === undefined ? made.program : loadedAt(made.program, loadAddress);
    return { program: placed, defines: made.defines };
  }

  /** Writes to disks go to a copy. */
  private readonly files: MachineFiles = {
    read: (what, file) => this.contents(what, file),
    openDisk: async (file) => {
      const contents = await this.contents('disk image', file);
      const read = (offset: number, length: number): Uint8Array => contents.slice(offset, offset + length);
      return { size: contents.length, read, write: () => undefined };
    },
  };

  /** @throws MachineFileError */
  private async contents(what: string, file: string): Promise<Uint8Array> {
    const found = await this.read(file);
    if (found instanceof Uint8Array) return found;
    throw new MachineFileError(`the ${what} '${file}' ${found instanceof UnreadableFile ? found.why : 'is not there'}`);
  }
}

/** As compilers print them. */
function errorsIn(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const lines = errors.slice(0, MOST_ERRORS).map((error) => errorLine(error.file)(error));
  if (errors.length > MOST_ERRORS) lines.push(`... and ${errors.length - MOST_ERRORS} errors more`);
  return lines.join('\n');
}
