/** What `hyperstep.json` holds, and what is wrong with what it holds. */
import { Integer, Object as ObjectOf, Partial, String as Text, type TSchema, Union } from '@sinclair/typebox';
import { parseLinkWords } from '../linker/options';
import { addressText } from '../schema/address';
import { type Problem, problemsOf, quotedPath } from '../schema/problems';
import { isRecord } from '../schema/record';
import { type Described, mapOf, withNote } from '../schema/schema';
import { withoutProblems } from '../schema/usable';
import type { FileOptions } from './assemble';
import { definesOf, fileOptions, programOptions } from './program-options';

const fromHere = 'Relative paths are seen from the folder of this file.';
const noOthers = { additionalProperties: false };

/** An address: JSON has no hexadecimal numbers, so that most are texts. */
const address = (description: string) =>
  Union([addressText(), Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })], {
    description,
    expected: 'an address such as "0x80200000"',
  });

const layout = Partial(
  ObjectOf({
    textBase: address('Where .text begins.'),
    dataBase: address('Where .data begins; behind .text when absent.'),
    entry: Text({ description: 'The symbol where execution begins; `_start` when absent.' }),
  }),
  {
    ...noOthers,
    expected: 'an object with "textBase", "dataBase" or "entry"',
    description: 'Where the parts of the program begin. A linker script takes its place.',
  },
);

const { program, includePaths, linkerScript, linkOptions, ...others } = programOptions;

/** The schema of `hyperstep.json`. */
export const projectSchema = Partial(
  ObjectOf({
    $schema: Text({ description: 'The schema of this file, for other editors.' }),
    program: withNote(program, fromHere),
    includePaths: withNote(includePaths, fromHere),
    linkerScript: withNote(linkerScript, fromHere),
    linkOptions: withNote(linkOptions, fromHere),
    ...others,
    files: mapOf(Partial(ObjectOf(fileOptions), noOthers), {
      expected: 'an object of paths and their options',
      description: 'What holds for single files beside that, or in its place: by path.',
    }),
    layout,
  }),
  { ...noOthers, description: 'A program of HyperStep: which files are linked, and how.' },
);

/** What a launch configuration says of that. */
const launchedSchema = Partial(ObjectOf(programOptions));

/** What a project states, in `hyperstep.json` or a launch configuration. Paths are relative to the stating file's folder. */
export interface ProjectDescription
  extends Omit<Described<typeof projectSchema>, '$schema' | 'mabi' | 'defines' | 'files'> {
  readonly mabi?: string;
  readonly defines?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, FileOptions>>;
}

export interface ReadProject {
  /** What can be used. */
  readonly description: ProjectDescription;
  readonly problems: readonly string[];
}

/** Reads a project file. What is wrong with it is said in `problems`; what can be used is used. */
export function parseProject(text: string): ReadProject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { description: {}, problems: [`not valid JSON: ${error instanceof Error ? error.message : String(error)}`] };
  }
  return describe(projectSchema, value);
}

/** What a launch configuration states of its program. */
export function describeLaunched(configuration: object): ProjectDescription {
  const own = Object.entries(configuration).filter(([name]) => Object.hasOwn(programOptions, name));
  return describe(launchedSchema, Object.fromEntries(own)).description;
}

function describe(schema: TSchema, value: unknown): ReadProject {
  const problems = problemsOf(schema, value);
  const usable = withoutProblems(value, problems);
  const description = isRecord(usable) ? described(usable) : {};
  return { description, problems: [...problems.map(inWords), ...linkProblems(description)] };
}

function inWords({ about, text }: Problem): string {
  return `${quotedPath(about, 'the file')} ${text}`;
}

/** @param usable without what the schema finds wrong */
function described(usable: Described<typeof projectSchema>): ProjectDescription {
  const { $schema: _, defines, files, ...rest } = usable;
  const ofFiles = Object.entries(files ?? {}).map(([path, options]) => [path, withTexts(options)]);
  return {
    ...rest,
    ...(defines ? { defines: definesOf(defines) } : {}),
    ...(files ? { files: Object.fromEntries(ofFiles) } : {}),
  };
}

function withTexts({ defines, ...rest }: Described<typeof launchedSchema>): FileOptions {
  return { ...rest, ...(defines ? { defines: definesOf(defines) } : {}) };
}

function linkProblems({ program = [], linkOptions = [] }: ProjectDescription): readonly string[] {
  return parseLinkWords([program, linkOptions].flat()).problems;
}
