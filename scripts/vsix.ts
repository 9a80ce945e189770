import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { globSync } from 'glob';
import { brokenPagers } from './broken-pagers';
import { buildOptions } from './bundles';

let built: Promise<string> | undefined;

/** Builds dist/ from nothing. */
export async function buildBundles(): Promise<void> {
  rmSync('dist', { recursive: true, force: true });
  await Promise.all(buildOptions().map((options) => esbuild.build(options)));
  writeFileSync('dist/labs.json', JSON.stringify(labFiles()));
  for (const { source, text } of brokenPagers(process.cwd())) {
    mkdirSync(path.dirname(source), { recursive: true });
    writeFileSync(source, text);
  }
}

/** Builds hyperstep-VERSION.vsix, once a process, and says where it is. */
export function buildVsix(): Promise<string> {
  built ??= packageExtension();
  return built;
}

/** The files of each lab that students have, by the lab's folder: an extension in a browser cannot list them. */
function labFiles(): Record<string, string[]> {
  const labs = existsSync('labs') ? readdirSync('labs', { withFileTypes: true }) : [];
  return Object.fromEntries(
    labs
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => [name, globSync('**/*', { ...ofStudents, cwd: `labs/${name}` }).sort()]),
  );
}

const ofStudents = { nodir: true, dot: true, posix: true, ignore: 'instructor/**' };

async function packageExtension(): Promise<string> {
  await buildBundles();
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  const file = `hyperstep-${version}.vsix`;
  const options = ['--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links', '--out', file];
  const vsce = spawnSync(process.execPath, ['node_modules/@vscode/vsce/vsce', 'package', ...options], {
    encoding: 'utf8',
  });
  if (vsce.status !== 0) throw new Error(`vsce package failed:\n${vsce.stdout}${vsce.stderr}`);
  return file;
}
