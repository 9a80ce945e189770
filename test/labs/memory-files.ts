import type { LabFiles } from '../../simulator/labs/index';

type Texts = Readonly<Record<string, string>>;

const reading = (texts: Texts) => (path: string) =>
  Promise.resolve(Object.hasOwn(texts, path) ? new TextEncoder().encode(texts[path]) : undefined);

/** The files of a lab that lie nowhere. */
export function memoryFiles(workspace: Texts, checks: Texts = {}, instructor?: Texts): LabFiles {
  return {
    workspace: reading(workspace),
    checks: reading(checks),
    instructor: instructor && { names: Object.keys(instructor), tasks: [], read: reading(instructor) },
  };
}
