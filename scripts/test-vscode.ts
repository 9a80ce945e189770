import { chmodSync, cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { runTests } from '@vscode/test-electron';
import { hostSupported, provideHost } from '../test/vscode-host/setup';
import { bundleTests } from './mocha';
import { newResultFile, readTotals, type Totals } from './test-results';
import { buildVsix } from './vsix';

const outdir = path.resolve('out/test-vscode');

/** Runs test/extension inside a real VS Code, into which the vsix was installed. @param args `-g` and a title: those tests alone */
export async function runInVscode(args: readonly string[]): Promise<Totals> {
  const [option, title] = args;
  const wanted: Record<string, string> = option === '-g' && title !== undefined ? { VSCODE_TEST_GREP: title } : {};
  const vsix = path.resolve(await buildVsix());
  await bundleTests(['test/extension/index.ts', 'test/vscode-host/code.ts'], outdir, {
    external: ['vscode'],
    banner: { js: '#!/usr/bin/env node' },
  });
  const results = newResultFile('vscode');
  const screenshot = path.resolve('out/screenshots/vscode-failed.png');
  try {
    await runTests({
      ...(hostSupported ? { vscodeExecutablePath: codeServerAsCode() } : {}),
      extensionDevelopmentPath: path.resolve('test/extension/driver'),
      extensionTestsPath: path.join(outdir, 'extension/index.js'),
      extensionTestsEnv: {
        TEST_RESULTS: results,
        VSCODE_TEST_VSIX: vsix,
        VSCODE_TEST_SCREENSHOT: screenshot,
        ...wanted,
      },
      launchArgs: [freshWorkspace()],
    });
  } catch (error) {
    // The verdict is in the result lines; this says why there may be none.
    console.error(error instanceof Error ? error.message : error);
  }
  return readTotals(results);
}

/** An executable that takes the arguments of the desktop's `code`. */
function codeServerAsCode(): string {
  provideHost();
  const code = path.join(outdir, 'vscode-host/code.js');
  chmodSync(code, 0o755);
  return code;
}

/** The sample guest and the fixtures, in a folder that the tests may change. */
export function freshWorkspace(folder = path.resolve('out/test-workspace')): string {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const source of ['extension/sample', 'test/extension/workspace']) {
    if (existsSync(source)) cpSync(source, folder, { recursive: true });
  }
  return folder;
}
