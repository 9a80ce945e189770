import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import * as esbuild from 'esbuild';
import { buildOptions } from './bundles';

let built: Promise<string> | undefined;

/** Builds dist/ from nothing. */
export async function buildBundles(): Promise<void> {
  rmSync('dist', { recursive: true, force: true });
  await Promise.all(buildOptions().map((options) => esbuild.build(options)));
}

/** Builds hyperstep-VERSION.vsix, once a process, and says where it is. */
export function buildVsix(): Promise<string> {
  built ??= packageExtension();
  return built;
}

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
