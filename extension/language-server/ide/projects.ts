import { type ReadFile, UnreadableFile } from '../../../simulator/assembler/source/read-file';
import {
  type FoundProject,
  findProjectFile,
  findProjectOf,
  type GivenProgram,
  mergeProject,
  type Project,
  projectOf,
  projectOfFile,
  withCompileCommands,
} from './assembly';
import { launchFileName, readLaunchFile } from './launch-file';
import type { Toolchains } from './toolchains';

/** What a launch stated. */
interface Launched {
  readonly given: GivenProgram;
  /** The folder above which no project file is looked for. */
  readonly root: string | undefined;
}

/** What an open or closed file says a program is: launches, `launch.json`, `hyperstep.json`, or nothing. Files are named by keys. */
export class Projects {
  /** What is wrong in project files, by key. */
  readonly problems = new Map<string, readonly string[]>();
  /** Programs that launches stated, by their first file. */
  readonly #launched = new Map<string, Launched>();

  constructor(
    readonly read: ReadFile,
    readonly folders: () => readonly string[],
    readonly toolchains: Toolchains,
  ) {}

  /** A program is launched: its files are one project from now on. */
  async launch(given: GivenProgram, root: string | undefined): Promise<Project> {
    const launched = { given, root };
    const first = given.program[0] ?? '';
    this.#launched.delete(first);
    if (first !== '') this.#launched.set(first, launched);
    return this.#projectOfLaunch(launched);
  }

  /** Files are to be read again: what was wrong in them may be right now. */
  forgetProblems(): void {
    for (const file of this.problems.keys()) this.problems.set(file, []);
  }

  /** A file changed: what launches stated before `launch.json` changed is no longer so. */
  forget(key: string): void {
    if (this.problems.has(key)) this.problems.set(key, []);
    if (key.endsWith(`/${launchFileName}`)) this.#launched.clear();
  }

  /** The program that a file is part of. Of several launches that state one the last is right, then the first of `launch.json`. */
  async of(key: string): Promise<Project> {
    for (const launched of [...this.#launched.values()].reverse()) {
      const project = await this.#projectOfLaunch(launched);
      if (project.roots.includes(key)) return project;
    }
    for (const launched of await this.#inLaunchFile(key)) {
      const project = await this.#projectOfLaunch(launched);
      if (project.roots.includes(key)) return project;
    }
    const found = await this.projectFile(key);
    if (found?.description.program === undefined) return this.ofAlone(key);
    return projectOf(found.description, found.folder, key);
  }

  /** A file as a program of its own, with the options of the project file near it. */
  async ofAlone(key: string): Promise<Project> {
    const found = await this.projectFile(key);
    const alone = found
      ? { ...projectOf(found.description, found.folder, undefined), roots: [key], stated: false }
      : projectOfFile(key);
    return this.#asBuilt(alone);
  }

  /** With what a compilation database says of its files. */
  #asBuilt(project: Project): Promise<Project> {
    return withCompileCommands(project, {
      read: this.read,
      root: this.rootOf(project.roots[0] ?? ''),
      infer: !project.stated,
      complete: ({ options, command: { compiler, folder }, query }) =>
        this.toolchains.complete(options, compiler, folder, query),
      note: (database, problems) => this.problems.set(database, problems),
    });
  }

  async #inLaunchFile(key: string): Promise<Launched[]> {
    const root = this.rootOf(key);
    const file = root === undefined ? '' : `${root}/${launchFileName}`;
    const contents = root === undefined ? undefined : await this.read(file);
    if (!contents || root === undefined) return [];
    const { programs, problems } =
      contents instanceof UnreadableFile
        ? { programs: [], problems: [`it ${contents.why}`] }
        : readLaunchFile(new TextDecoder().decode(contents), root);
    this.problems.set(file, problems);
    return programs.map((given) => ({ given, root }));
  }

  async #projectOfLaunch({ given, root }: Launched): Promise<Project> {
    const found = await findProjectOf(given, this.read, root ?? this.rootOf(given.program[0] ?? ''));
    const project = mergeProject(given, this.#noted(found));
    return found ? project : this.#asBuilt(project);
  }

  /** The project file near a file. */
  async projectFile(key: string): Promise<FoundProject | undefined> {
    return this.#noted(await findProjectFile(key, this.read, this.rootOf(key)));
  }

  #noted(found: FoundProject | undefined): FoundProject | undefined {
    if (found) this.problems.set(found.file, found.problems);
    return found;
  }

  /** The innermost workspace folder that a file is in. */
  rootOf(key: string): string | undefined {
    const around = this.folders().filter((folder) => key.startsWith(`${folder}/`));
    return around.sort((a, b) => b.length - a.length)[0];
  }
}
