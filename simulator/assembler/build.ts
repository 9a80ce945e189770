import type { Program } from '../object/program';
import { assemble } from './assemble';
import type { Diagnostic } from './diagnostic';
import { type Project, requestOf } from './project';

/** Reads a file of the host; undefined when there is none at that path. */
export type ReadFile = (path: string) => Promise<Uint8Array | undefined>;

export interface BuildResult {
  /** Absent when there are errors. */
  readonly program?: Program;
  readonly diagnostics: readonly Diagnostic[];
  /** Every text that was read, by path: what sources the program has. */
  readonly sources: ReadonlyMap<string, string>;
}

/** Makes a project's program: asks for files until nothing is missing. */
export async function buildProgram(project: Project, read: ReadFile): Promise<BuildResult> {
  const contents = new Map<string, Uint8Array>();
  const absent = new Set<string>();
  for (;;) {
    const result = assemble({ ...requestOf(project), sources: contents, absent });
    if (result.missing.length === 0) {
      const { program, diagnostics, units } = result;
      const sources = new Map<string, string>();
      for (const path of units.flatMap(({ files }) => files)) {
        const bytes = contents.get(path);
        if (bytes) sources.set(path, new TextDecoder().decode(bytes));
      }
      return { ...(program ? { program } : {}), diagnostics, sources };
    }
    for (const path of result.missing) {
      const bytes = await read(path);
      if (bytes) contents.set(path, bytes);
      else absent.add(path);
    }
  }
}
