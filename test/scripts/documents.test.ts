import { deepEqual, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { globSync } from 'glob';

/** A source as documents name it, perhaps from within a room; `*` is any one folder. */
const SOURCE = /`([\w./*-]+\.(?:ts|S|md))`/g;

describe('documents', () => {
  const paths = globSync('**/*.{ts,S,md}', { posix: true, ignore: ['node_modules/**', 'out/**', 'dist/**'] });

  for (const document of ['ARCHITECTURE.md', 'docs/CONTRIBUTING.md'])
    it(`name sources that are there (${document})`, () => {
      const named = [...readFileSync(document, 'utf8').matchAll(SOURCE)].map(([, name = '']) => name);
      ok(named.length > 10);
      const missing = named.filter((name) => {
        const ending = new RegExp(`(?:^|/)${name.replaceAll('.', '\\.').replaceAll('*', '[^/]+')}$`);
        return !paths.some((path) => ending.test(path));
      });
      deepEqual(missing, []);
    });
});
