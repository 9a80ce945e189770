import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Diagnostic } from '../../simulator/project/index';
import { disk } from '../language-server/disk';
import { foreignArchitecture } from '../language-server/ide/foreign';
import { keyOf } from '../language-server/ide/keys';
import { Workspace } from '../language-server/ide/workspace';

/**
 * What is wrong in a folder, as the editor says it: in the programs that project files and launch configurations state, and in every other
 * source alone, which may leave symbols to others.
 */
export async function checkFolder(folder: string): Promise<Diagnostic[]> {
  const workspace = new Workspace(disk);
  workspace.configure([pathToFileURL(path.resolve(folder)).href], true);
  await workspace.files.walk();
  const found = new Map<string, Diagnostic>();
  const note = (diagnostic: Diagnostic): void => {
    const named = withPaths(diagnostic);
    found.set(JSON.stringify([named.file, named.range, named.message]), named);
  };
  for (const key of workspace.files.sources) {
    if (!/\.(s|sx|asm)$/i.test(key)) continue;
    const { program, analyses } = await analysesOf(workspace, key);
    if (program) for (const { diagnostics } of analyses) diagnostics.forEach(note);
  }
  for (const [file, problems] of workspace.projectProblems) {
    const range = { start: { line: 0, column: 0 }, end: { line: 0, column: 1 } };
    for (const message of problems) note({ file, range, severity: 'error', code: 'project', message });
  }
  return [...found.values()];
}

/** The programs of a source that is RISC-V's. */
async function analysesOf(
  workspace: Workspace,
  key: string,
): Promise<{ program: boolean; analyses: Iterable<{ readonly diagnostics: readonly Diagnostic[] }> }> {
  const analyses = await workspace.analysesOf(workspace.uriOf(key));
  const source = workspace.sourceOf(key);
  const program = source !== undefined && (!foreignArchitecture(source) || (await workspace.isStated(key)));
  return { program, analyses };
}

/** A diagnostic with paths, seen from the working folder, in place of keys. */
function withPaths(diagnostic: Diagnostic): Diagnostic {
  const { related } = diagnostic;
  const pathOf = (key: string): string => path.relative('', key.replace(pathToFileURL('/').href, keyOf('/'))) || key;
  return {
    ...diagnostic,
    file: pathOf(diagnostic.file),
    ...(related ? { related: related.map((place) => ({ ...place, file: pathOf(place.file) })) } : {}),
  };
}
