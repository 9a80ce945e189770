import { type Dirent, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

/** More files than a submission has. */
const MOST_FILES = 500;
/** More bytes than its files have together. */
const MOST_BYTES = 16 * 2 ** 20;
/** Deeper than anybody's folders are. */
const DEEPEST = 10;
/** What tools leave beside the work. */
const NOT_WORK: ReadonlySet<string> = new Set(['.git', 'node_modules']);

/** What a submission's folder has that is not graded: `refused`, the whole of it; `notes`, parts that are not read. */
export interface Census {
  readonly refused: string | undefined;
  readonly notes: readonly string[];
}

/** Looks at what there is in a submission, and follows no link. */
export function census(folder: string): Census {
  const counts = { files: 0, bytes: 0 };
  const notes: string[] = [];
  const folders = [{ path: folder, depth: 0 }];
  const refused = (why: string): Census => ({ refused: why, notes });
  for (let next = folders.pop(); next; next = folders.pop()) {
    if (next.depth > DEEPEST) return refused(`its folders are more than ${DEEPEST} deep in each other`);
    const entries = entriesOf(next.path);
    if (!entries) return refused(`${path.relative(folder, next.path) || 'its folder'} may not be read`);
    for (const entry of entries) {
      const inside = path.join(next.path, entry.name);
      const name = path.relative(folder, inside);
      counts.files += 1;
      if (counts.files > MOST_FILES) return refused(`it has more than ${MOST_FILES} files`);
      if (entry.isDirectory()) {
        if (!NOT_WORK.has(entry.name)) folders.push({ path: inside, depth: next.depth + 1 });
      } else if (entry.isFile()) counts.bytes += statSync(inside, { throwIfNoEntry: false })?.size ?? 0;
      else notes.push(`${name} is ${kindOf(entry)}, and not read`);
      if (counts.bytes > MOST_BYTES) return refused(`its files have more than ${MOST_BYTES / 2 ** 20} MiB together`);
    }
  }
  return { refused: undefined, notes: notes.slice(0, 10) };
}

/** What is in a folder; undefined where nobody may look. */
function entriesOf(folder: string): Dirent[] | undefined {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return undefined;
  }
}

function kindOf(entry: Dirent): string {
  if (entry.isSymbolicLink()) return 'a symbolic link';
  return entry.isFIFO() ? 'a named pipe' : 'no file';
}
