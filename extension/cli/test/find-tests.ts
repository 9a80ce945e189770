import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { readHostFile } from '../../../host-files/read';
import { UnreadableFile } from '../../../simulator/assembler/source/read-file';
import { isMarked, mayBeAnnotated, testFileSuffix } from '../../../simulator/guest-tests/index';
import { UsageError } from '../usage-error';

/** Files of a folder that are looked at: of more, nobody means all. */
const MOST_FILES = 50_000;
const SOURCE = /\.(s|sx|asm)$/i;

/** A file that may say tests, read. */
export interface FoundFile {
  /** As messages name it. */
  readonly file: string;
  readonly text: string;
}

/** The files that are named, and in folders those that say tests; each once, in the order of their names. @throws UsageError */
export async function findTests(named: readonly string[]): Promise<FoundFile[]> {
  const found = new Map<string, FoundFile>();
  for (const name of named) {
    const files = isFolder(name) ? await inFolder(name) : [await namedFile(name)];
    for (const each of files) {
      const key = path.resolve(each.file);
      if (!found.has(key)) found.set(key, each);
    }
  }
  return [...found.values()];
}

async function inFolder(folder: string): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  for (const file of filesBelow(folder)) {
    const isTestFile = file.endsWith(testFileSuffix);
    if (!isTestFile && !SOURCE.test(file)) continue;
    const bytes = await readHostFile(file);
    // What cannot be read among many is no test; one that is a test's by its name is to be.
    if (!(bytes instanceof Uint8Array) && isTestFile) throw new UsageError(whyUnread(file, bytes));
    const text = bytes instanceof Uint8Array ? new TextDecoder().decode(bytes) : '';
    if (isTestFile || mayBeAnnotated(text)) found.push({ file, text });
  }
  return found;
}

/** The files below a folder but for hidden ones, packages, and what links lead to. @throws UsageError */
function filesBelow(folder: string): string[] {
  const files: string[] = [];
  const folders = [folder];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    const entries = readdirSync(next, { withFileTypes: true });
    for (const entry of entries) {
      if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
      const inside = path.join(next, entry.name);
      if (entry.isDirectory()) folders.push(inside);
      else if (entry.isFile()) files.push(inside);
      if (files.length > MOST_FILES)
        throw new UsageError(`'${folder}' has more than ${MOST_FILES} files: name a part of it`);
    }
  }
  return files.sort();
}

/** A file that somebody names: it is to say tests. @throws UsageError */
async function namedFile(file: string): Promise<FoundFile> {
  const bytes = await readHostFile(file);
  if (!(bytes instanceof Uint8Array)) throw new UsageError(whyUnread(file, bytes));
  const text = new TextDecoder().decode(bytes);
  if (!file.endsWith(testFileSuffix) && !isMarked(text))
    throw new UsageError(
      `'${file}' says no tests: they are comments such as '#! expect exit 0', or stand in a file *${testFileSuffix} beside it`,
    );
  return { file, text };
}

function whyUnread(file: string, found: UnreadableFile | undefined): string {
  return found instanceof UnreadableFile ? `the file '${file}' ${found.why}` : `the file '${file}' is not there`;
}

function isFolder(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isDirectory() === true;
}
