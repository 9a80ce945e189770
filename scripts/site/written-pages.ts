import { existsSync, readFileSync } from 'node:fs';
import { globSync } from 'glob';
import type { Group, Page } from './page';

/** Documents of the repository that are pages, where a name alone does not say under what they stand. */
const placed: Readonly<Record<string, { readonly path: string; readonly group: Group }>> = {
  'README.md': { path: '', group: 'Start' },
  'CHANGELOG.md': { path: 'changelog/', group: 'Start' },
  'ARCHITECTURE.md': { path: 'architecture/', group: 'For contributors' },
  'docs/CONTRIBUTING.md': { path: 'contributing/', group: 'For contributors' },
  'bench/README.md': { path: 'measured/', group: 'For contributors' },
  'extension-pack/README.md': { path: 'classroom/', group: 'For teachers' },
};

/** What somebody has written: the documents of the repository, each as it is. */
export function writtenPages(): Page[] {
  const others = ['docs/*.md', 'extension-pack/*.md', 'labs/*/README.md'];
  const files = [...Object.keys(placed), ...globSync(others, { posix: true }).sort()];
  return [...new Set(files)]
    .filter((file) => existsSync(file))
    .map((file) => {
      const text = readFileSync(file, 'utf8');
      const title = /^# (.+)$/m.exec(text)?.[1];
      if (title === undefined) throw new Error(`${file} has no title: a line that begins with #`);
      return { ...(placed[file] ?? placeOf(file)), title, text, source: file };
    });
}

/** By its folder. */
function placeOf(file: string): { readonly path: string; readonly group: Group } {
  const lab = /^labs\/([^/]+)\/README\.md$/.exec(file)?.[1];
  if (lab !== undefined) return { path: `labs/${lab}/`, group: 'Labs' };
  const name = /([^/]+)\.md$/.exec(file)?.[1] ?? file;
  return file.startsWith('docs/')
    ? { path: `${name}/`, group: 'How to' }
    : { path: `classroom/${name}/`, group: 'For teachers' };
}
