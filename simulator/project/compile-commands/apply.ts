import type { ReadFile } from '../../assembler/source/read-file';
import type { FileOptions } from '../assemble';
import type { Project } from '../project';
import { type FoundCommand, findCompileCommand } from './find';

export interface CommandUse {
  readonly read: ReadFile;
  /** The folder above which no database is looked for. */
  readonly root?: string | undefined;
  /** Whether a file that has no command of its own takes that of the source nearest to it. */
  readonly infer: boolean;
  /** A file of the project as an absolute path; as it is when absent. */
  readonly absolute?: (file: string) => string;
  /** Adds what the compiler itself has to the options of a command. */
  readonly complete?: (found: FoundCommand) => FileOptions;
  /** Is told what is wrong in a database that was read. */
  readonly note?: (database: string, problems: readonly string[]) => void;
}

/** A project whose files are assembled as a compilation database says, where nothing else is said of them. */
export async function withCompileCommands(project: Project, use: CommandUse): Promise<Project> {
  const { read, root, infer, absolute = (file) => file, complete = ({ options }) => options, note } = use;
  const files: Record<string, FileOptions> = {};
  for (const file of project.roots) {
    if (project.files && Object.hasOwn(project.files, file)) continue;
    const { found, problems } = await findCompileCommand(absolute(file), read, { root, infer });
    for (const [database, wrong] of problems) note?.(database, wrong);
    if (!found || !isRiscv(found)) continue;
    const options = complete(found);
    files[file] = found.isOwn ? options : { ...options, inferred: true };
  }
  return Object.keys(files).length > 0 ? { ...project, files: { ...project.files, ...files } } : project;
}

/** A command that is plainly for another processor says nothing about RISC-V assembly. */
function isRiscv({ command, options }: FoundCommand): boolean {
  if (options.march !== undefined) return options.march.startsWith('rv');
  return !/(^|[/\\-])(x86_64|i[3-6]86|aarch64|arm|mips|powerpc)[\w-]*-(gcc|cc|clang)/.test(command.compiler);
}
