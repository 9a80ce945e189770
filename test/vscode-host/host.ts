import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { hostEntry, hostNode } from './setup';

/** From here for all: code-server brings a playwright of its own, which this folder resolves to. */
export type { Browser, FrameLocator, Locator, Page } from 'playwright-core';

export interface HostOptions {
  /** Installed before the start, one after another. */
  vsix?: string | readonly string[];
  /** User settings on top of the quiet defaults. */
  settings?: Record<string, unknown>;
  env?: Record<string, string>;
  /** Where to listen; a free port of the loopback interface when absent. */
  port?: number;
  /** Whether a workspace is trusted without asking; true when absent. */
  trustAll?: boolean;
}

export interface Host {
  readonly port: number;
  /** The server's output so far: truth about an extension host that died. */
  log(): string;
  /** Address of the workbench: `folder`, `workspace`, or `ew: 'true'` for an empty window. */
  url(query: Record<string, string>): string;
  /** A file of this machine as the page names it. */
  uri(file: string): { scheme: string; authority: string; path: string };
  stop(): Promise<void>;
}

/** Nothing that moves, asks or calls home. */
const quietSettings = {
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.enableExperiments': false,
  'workbench.tips.enabled': false,
  'chat.disableAIFeatures': true,
  'telemetry.telemetryLevel': 'off',
  'git.enabled': false,
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
};

/** Starts code-server, which is VS Code itself, in a fresh profile. It ends with `stop()`, or with this process. */
export async function startHost(options: HostOptions = {}): Promise<Host> {
  const folder = mkdtempSync(path.join(tmpdir(), 'vscode-host-'));
  const profile = path.join(folder, 'user');
  const extensions = path.join(folder, 'extensions');
  const config = path.join(folder, 'config.yaml');
  const logFile = path.join(folder, 'server.log');
  const port = options.port ?? (await freePort());
  mkdirSync(path.join(profile, 'User'), { recursive: true });
  mkdirSync(extensions);
  writeFileSync(config, 'auth: none\ncert: false\n');
  writeFileSync(path.join(profile, 'User/settings.json'), JSON.stringify({ ...quietSettings, ...options.settings }));

  const output = openSync(logFile, 'a');
  const log = () => readFileSync(logFile, 'utf8');
  const run = (args: string[]) =>
    spawn(
      hostNode,
      [hostEntry, '--config', config, '--user-data-dir', profile, '--extensions-dir', extensions, ...args],
      {
        env: hostEnvironment(folder, options.env),
        stdio: ['ignore', output, output],
        detached: true,
      },
    );

  for (const [index, vsix] of [options.vsix ?? []].flat().entries()) {
    await ended(run(['--install-extension', path.resolve(vsix)]));
    if (log().split('successfully installed').length < index + 2)
      throw new Error(`${vsix} was not installed:\n${log()}`);
  }
  const server = run([
    ...['--bind-addr', `127.0.0.1:${port}`, '--disable-telemetry', '--disable-update-check'],
    ...['--disable-getting-started-override', ...(options.trustAll === false ? [] : ['--disable-workspace-trust'])],
  ]);
  // The server's own process group: its extension hosts and debug adapters must not outlive it.
  const kill = (signal: NodeJS.Signals) => {
    try {
      process.kill(-(server.pid ?? 0), signal);
    } catch {
      // It is gone already.
    }
  };
  const killAtExit = () => kill('SIGKILL');
  process.on('exit', killAtExit);
  await answers(server, port, log);

  return {
    port,
    log,
    url: (query) => `http://127.0.0.1:${port}/?${new URLSearchParams(query)}`,
    uri: (file) => ({ scheme: 'vscode-remote', authority: `127.0.0.1:${port}`, path: path.resolve(file) }),
    async stop() {
      const end = ended(server);
      kill('SIGTERM');
      const impatience = setTimeout(() => kill('SIGKILL'), 3000);
      await end;
      clearTimeout(impatience);
      kill('SIGKILL');
      process.off('exit', killAtExit);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Of this process' environment what does not turn the server into something else: no gallery, a home of its own. */
function hostEnvironment(home: string, additions: Record<string, string> = {}): NodeJS.ProcessEnv {
  const foreign = /^(VSCODE_(?!TEST_)|PORT$|PASSWORD$|HASHED_PASSWORD$|NODE_OPTIONS$|ELECTRON_)/;
  const inherited = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  const own = { HOME: home, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home, EXTENSIONS_GALLERY: '{"serviceUrl":""}' };
  return { ...Object.fromEntries(inherited), ...additions, ...own };
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', () => resolve()));
}

async function answers(server: ChildProcess, port: number, log: () => string): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    if (server.exitCode !== null || Date.now() > deadline) throw new Error(`VS Code did not start:\n${log()}`);
    const response = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}

/** Headless Chromium; Debian's unless CHROMIUM names another. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    // Signals are for the runner, which closes the browser in order.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  });
}

type Uri = { scheme: string; authority: string; path: string };

/**
 * What `--extensionDevelopmentPath` and `--extensionTestsPath` are on the desktop. Call it before `page.goto()`. It writes them into
 * the page's own configuration, since a built VS Code ignores the keys of the same names in the address.
 */
export async function developmentOptions(
  page: Page,
  options: { extensions: Uri[]; extensionTestsPath: Uri },
): Promise<void> {
  await page.addInitScript((development) => {
    document.addEventListener('readystatechange', () => {
      const element = document.getElementById('vscode-workbench-web-configuration');
      if (document.readyState !== 'interactive' || !element) return;
      const settings = JSON.parse(element.getAttribute('data-settings') ?? '{}');
      settings.developmentOptions = { ...settings.developmentOptions, ...development };
      element.setAttribute('data-settings', JSON.stringify(settings));
    });
  }, options);
}

/** What the page's test runner reports: its console, and the exit code that it would have on the desktop. Call it before `page.goto()`. */
export async function automation(page: Page, log: (line: unknown[]) => void): Promise<{ exited: Promise<unknown> }> {
  let finish: (code: unknown) => void = () => {};
  const exited = new Promise((resolve) => {
    finish = resolve;
  });
  await page.exposeFunction('codeAutomationLog', (_type: string, args: unknown[]) => log(args));
  await page.exposeFunction('codeAutomationExit', (code: unknown) => finish(code));
  page.on('crash', () => finish('the page crashed'));
  page.on('close', () => finish('the page was closed'));
  return { exited };
}

/** How the extension host ended, if the server has said so: an abnormal end is reported to the page as success. */
export function extensionHostEnds(host: Host): { code: string; signal: string }[] {
  const ends = host.log().matchAll(/Extension Host Process exited with code: (\w+), signal: (\w+)/g);
  return [...ends].map(([, code = '', signal = '']) => ({ code, signal }));
}
