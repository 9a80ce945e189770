import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { findPattern } from '../../extension/cli/test/find-pattern';
import { errorLine } from '../../simulator/assembler/source/error-line';
import {
  ANSWERS_FILE,
  type Answers,
  checkLab,
  type InstructorChecks,
  type Lab,
  type LabResult,
  readAnswers,
  readLab,
  startFiles,
} from '../../simulator/labs/index';

export const LABS = 'labs';

type Files = ReadonlyMap<string, Uint8Array>;

/** What a wrong solution loses: points of a task, and what helps then. */
export interface Expected {
  readonly task: string;
  readonly help: string;
  /** Other tasks that cannot be reached then. */
  readonly also?: readonly string[];
  /** The points of the task that are there nevertheless: for parts that are right. */
  readonly points?: number;
}

/** A lab as it lies in the repository, with what its instructor has of it. */
export class ShippedLab {
  readonly lab: Lab;
  private readonly folder: string;

  constructor(readonly name: string) {
    this.folder = path.join(LABS, name);
    this.lab = labIn(name, readFileSync(path.join(this.folder, 'lab.json')));
  }

  static all(): ShippedLab[] {
    return readdirSync(LABS)
      .filter((name) => existsSync(path.join(LABS, name, 'lab.json')))
      .map((name) => new ShippedLab(name));
  }

  get wrong(): readonly string[] {
    return readdirSync(path.join(this.folder, 'instructor', 'wrong')).sort();
  }

  expected(wrong: string): Expected {
    return JSON.parse(readFileSync(path.join(this.folder, 'instructor', 'wrong', wrong, 'expected.json'), 'utf8'));
  }

  /** What a student begins with. @throws Error where the lab lacks some of it */
  start(variant?: string): Files {
    const all = this.filesIn('.');
    const { files, problems } = startFiles(this.lab, [...all.keys()], variant);
    if (!files) throw new Error(`${this.name}: ${problems.map(errorLine('lab.json')).join('\n')}`);
    return new Map([...files].map(([file, source]) => [file, all.get(source) ?? new Uint8Array()]));
  }

  /** Checks the start with other folders of the lab over it, one after the other; each one's answers go before those of the ones before. */
  check(...overlays: readonly string[]): Promise<LabResult> {
    return this.checkTasks(undefined, overlays);
  }

  /** As `check`, of a wrong solution: where that differs in answers alone, its task alone, since nothing else can have changed. */
  checkWrong(wrong: string): Promise<LabResult> {
    const folder = `instructor/wrong/${wrong}`;
    const changed = [...this.filesIn(folder).keys()].filter(
      (file) => file !== ANSWERS_FILE && file !== 'expected.json',
    );
    const tasks = changed.length > 0 ? undefined : [this.expected(wrong).task];
    return this.checkTasks(tasks, ['instructor/solution', folder]);
  }

  /** Whether a wrong solution passes all that students have, and is found out by a further check alone. */
  isOverfitted(wrong: string): boolean {
    return this.expected(wrong).task.startsWith('instructor/');
  }

  /** As `check`, with the further checks that students do not have. */
  checkFurther(...overlays: readonly string[]): Promise<LabResult> {
    const further = this.filesIn('instructor/checks');
    const names = [...further.keys()].filter((file) => file.endsWith('.test.json'));
    const lab = further.get('lab.json');
    const tasks = lab ? labIn(`${this.name}/instructor/checks`, lab).tasks : [];
    return this.checkTasks(undefined, overlays, { names, tasks, read: async (file) => further.get(file) });
  }

  private checkTasks(
    tasks: readonly string[] | undefined,
    overlays: readonly string[],
    instructor?: InstructorChecks,
  ): Promise<LabResult> {
    const files: Files = new Map(
      [this.start(), ...overlays.map((folder) => this.filesIn(folder))].flatMap((each) => [...each]),
    );
    const answers = overlays.map((folder) => this.answersIn(folder).answers);
    return checkLab({
      lab: this.lab,
      answers: { lab: 'any', answers: Object.assign({}, ...answers), hints: {} },
      files: {
        workspace: async (file) => files.get(file),
        checks: async (file) => this.filesIn('checks').get(file),
        instructor,
      },
      find: findPattern,
      tasks,
    });
  }

  private answersIn(folder: string): Answers {
    const bytes = this.filesIn(folder).get(ANSWERS_FILE);
    const none = { lab: 'any', answers: {}, hints: {} };
    if (!bytes) return none;
    const { answers, problems } = readAnswers(new TextDecoder().decode(bytes), this.lab);
    if (!answers) throw new Error(`${this.name}/${folder}: ${JSON.stringify(problems)}`);
    return answers;
  }

  private filesIn(folder: string): Files {
    const at = path.join(this.folder, folder);
    const entries = existsSync(at) ? readdirSync(at, { recursive: true, withFileTypes: true, encoding: 'utf8' }) : [];
    return new Map(
      entries
        .filter((entry) => entry.isFile())
        .map((entry) => path.join(entry.parentPath, entry.name))
        .map((file) => [path.relative(at, file).replaceAll('\\', '/'), readFileSync(file)]),
    );
  }
}

/** @throws Error where it is not understood */
function labIn(folder: string, bytes: Uint8Array): Lab {
  const { lab, problems } = readLab(new TextDecoder().decode(bytes));
  if (!lab) throw new Error(problems.map(errorLine(`${folder}/lab.json`)).join('\n'));
  return lab;
}
