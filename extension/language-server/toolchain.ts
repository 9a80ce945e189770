import { execFile } from 'node:child_process';
import type { Toolchain } from './ide/toolchains';

/** Milliseconds in which a compiler says what it is. */
const patience = 10_000;

/** Asks a compiler, which is started for it, what it predefines and where it looks for headers; undefined when it does not say. */
export function askCompiler(compiler: string, args: readonly string[]): Promise<Toolchain | undefined> {
  const words = [
    ...args,
    '-E',
    '-dM',
    '-v',
    '-x',
    'assembler-with-cpp',
    process.platform === 'win32' ? 'NUL' : '/dev/null',
  ];
  return new Promise((resolve) => {
    try {
      execFile(compiler, words, { timeout: patience, maxBuffer: 8 * 2 ** 20 }, (error, stdout, stderr) => {
        resolve(error ? undefined : { predefines: definesIn(stdout), includePaths: foldersIn(stderr) });
      });
    } catch {
      // A name or an argument that no program can have.
      resolve(undefined);
    }
  });
}

function definesIn(text: string): Record<string, string> {
  const defines: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const [, name, value = ''] = /^#define (\w+(?:\([^)]*\))?) ?(.*)$/.exec(line) ?? [];
    if (name !== undefined) defines[name] = value;
  }
  return defines;
}

/** What `-v` says between its two headings, where the folders for files in angle brackets stand. */
function foldersIn(text: string): string[] {
  const list = /#include <\.\.\.> search starts here:\r?\n([\s\S]*?)End of search list/.exec(text)?.[1] ?? '';
  return list
    .split('\n')
    .map((line) => line.trim().replace(/ \(framework directory\)$/, ''))
    .filter((line) => line !== '');
}
