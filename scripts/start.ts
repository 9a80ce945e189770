import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { startHost } from '../test/vscode-host/host';
import { hostSupported, provideHost } from '../test/vscode-host/setup';
import { buildVsix } from './vsix';

// `npm start`: a real VS Code with the extension as users install it, on a copy of the sample guest. The desktop's own VS Code in a
// profile of its own where there is one; else VS Code in the browser, until ^C.
const folder = path.resolve('out/start');
const sample = path.join(folder, 'sample');
const firstFile = 'kernel.S';

console.log('HyperStep: building the extension ...');
const vsix = path.resolve(await buildVsix());
mkdirSync(folder, { recursive: true });
// What a user changed in the sample stays.
if (!existsSync(sample)) cpSync('extension/sample', sample, { recursive: true });

if (hasDesktopCode()) startDesktop();
else if (hostSupported) await startInBrowser();
else fail('No desktop VS Code was found: install it, with its command `code` in the PATH, and run npm start again.');

/** VS Code does not run as root, and needs a display. */
function hasDesktopCode(): boolean {
  const isRoot = process.getuid?.() === 0;
  const hasDisplay = process.platform !== 'linux' || process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'];
  return !isRoot && Boolean(hasDisplay) && spawnSync('code --version', { shell: true, stdio: 'ignore' }).status === 0;
}

function startDesktop(): void {
  const profile = ['--user-data-dir', path.join(folder, 'user'), '--extensions-dir', path.join(folder, 'extensions')];
  const code = (...args: string[]) =>
    spawnSync('code', [...profile, ...args], { shell: process.platform === 'win32', stdio: 'inherit' });
  code('--install-extension', vsix, '--force');
  console.log('HyperStep: VS Code opens on the sample guest. Set a breakpoint on `csrw satp`, and press F5.');
  code('--new-window', sample, '--goto', path.join(sample, firstFile));
}

async function startInBrowser(): Promise<void> {
  provideHost();
  const settings = { 'workbench.colorTheme': 'Default Dark Modern' };
  const host = await startHost({
    vsix,
    settings,
    ...(process.env['PORT'] ? { port: Number(process.env['PORT']) } : {}),
  });
  const file = `vscode-remote://127.0.0.1:${host.port}${path.join(sample, firstFile)}`;
  const address = host.url({ folder: sample, payload: JSON.stringify([['openFile', file]]) });
  console.log(`\nHyperStep: VS Code is open at\n\n  ${address}\n`);
  console.log('Set a breakpoint on `csrw satp`, and press F5. ^C ends it.');
  if (process.env['DISPLAY']) spawn('xdg-open', [address], { stdio: 'ignore', detached: true }).on('error', () => {});
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => void host.stop().then(() => process.exit(0)));
  }
}

function fail(reason: string): never {
  console.error(`HyperStep: ${reason}`);
  process.exit(1);
}
