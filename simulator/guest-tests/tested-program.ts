import { baseName, folderOf, joinPath } from '../assembler/source/paths';
import { sourceLimit } from '../assembler/source/read-file';
import { formatDiagnostic, givenIn } from '../project/index';
import { imageAddress } from '../system/system';
import type { GuestTest, TestedProgram } from './guest-test';
import { testFileSuffix } from './marks';
import type { TestHost } from './test-host';
import type { BuiltProgram } from './tested-guest';

/** Endings of sources that a test file may be about without saying so. */
export const SOURCE_ENDINGS = ['.s', '.S', '.sx', '.asm'] as const;

/** The sources that a test file may be about that names none: beside it, with its name. */
export function sourcesBeside(file: string): string[] {
  const name = baseName(file).slice(0, -testFileSuffix.length);
  return SOURCE_ENDINGS.map((ending) => name + ending);
}

/** Makes the program of a file's tests, once for those for which it is the same. */
export class ProgramOfTests {
  private readonly built = new Map<string, Promise<BuiltProgram | string>>();

  constructor(
    private readonly file: string,
    private readonly program: TestedProgram,
    private readonly host: TestHost,
  ) {}

  /** @returns the program, or what is wrong with it, as compilers say it */
  build({ machine }: GuestTest): Promise<BuiltProgram | string> {
    const { firmware, bios, loadAddress } = machine;
    const image = imageAddress(firmware, bios !== undefined);
    const key = `${image} ${loadAddress}`;
    const known = this.built.get(key) ?? this.make(image, loadAddress);
    this.built.set(key, known);
    return known;
  }

  private async make(image: bigint, loadAddress: bigint | undefined): Promise<BuiltProgram | string> {
    const program = this.program.program ?? (await this.beside());
    if (!program) {
      const [name, ...others] = sourcesBeside(this.file);
      return `${this.file}:1:1: error: "program" is not said, and beside this file there is no ${name} (or ${others.join(', ')})`;
    }
    const described = { ...this.program, program, imageAddress: image, loadAddress };
    const { program: made, diagnostics, defines } = await this.host.build(givenIn(folderOf(this.file), described));
    if (made) return { program: made, defines };
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    return errors.map(formatDiagnostic).join('\n');
  }

  private async beside(): Promise<readonly string[] | undefined> {
    for (const name of sourcesBeside(this.file))
      if (await this.host.readFile(joinPath(folderOf(this.file), name), sourceLimit)) return [name];
    return undefined;
  }
}
