// Stands in for the desktop's `code` under @vscode/test-electron (`vscodeExecutablePath`): the same arguments, the same exit codes.
// Environment: VSCODE_TEST_VSIX is installed first; VSCODE_TEST_SCREENSHOT is written when the run fails.
import path from 'node:path';
import { format } from 'node:util';
import { automation, developmentOptions, extensionHostEnds, launchBrowser, startHost } from './host';

const timeLimit = 300_000;
/** What a workbench without gallery, account and native modules complains about at every start. */
const noise =
  /^Ignoring fetching|socket \(renderer|connection token|AgentHost|AccountPolicy|grace time|Service Worker|Updating additional|authentication provider|nls\.json|spdlog|watchdog|^Creation of workbench|^Canceled/;

async function main(): Promise<number> {
  const vsix = process.env['VSCODE_TEST_VSIX'];
  const host = await startHost(vsix ? { vsix } : {});
  const browser = await launchBrowser();
  const stop = async () => {
    await browser.close().catch(() => {});
    await host.stop();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => void stop().then(() => process.exit(130)));
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    const { exited } = await automation(page, (args) => {
      const line = format(...args);
      if (!noise.test(line)) console.log(line);
    });
    const tests = paths('extensionTestsPath')[0];
    if (!tests) throw new Error('--extensionTestsPath is missing');
    const extensions = paths('extensionDevelopmentPath').map(host.uri);
    await developmentOptions(page, { extensions, extensionTestsPath: host.uri(tests) });
    const folder = process.argv.slice(2).find((arg) => !arg.startsWith('-'));
    await page.goto(host.url(folder ? { folder: path.resolve(folder) } : { ew: 'true' }), { waitUntil: 'commit' });
    const code = await Promise.race([exited, sleep(timeLimit).then(() => 'the time limit is over')]);
    const screenshot = process.env['VSCODE_TEST_SCREENSHOT'];
    if (code !== 0 && screenshot) await page.screenshot({ path: screenshot }).catch(() => {});
    for (let waits = 0; waits < 30 && extensionHostEnds(host).length === 0; waits++) await sleep(100);
    const ends = extensionHostEnds(host);
    const died = ends.find((end) => end.code !== '0' || end.signal !== 'null');
    if (died) console.error(`The extension host exited with code ${died.code}, signal ${died.signal}`);
    if (typeof code !== 'number') console.error(`VS Code: ${code}`);
    return code === 0 && !died && ends.length > 0 ? 0 : 1;
  } finally {
    await stop();
  }
}

function paths(flag: string): string[] {
  const prefix = `--${flag}=`;
  const values = process.argv.filter((arg) => arg.startsWith(prefix)).map((arg) => arg.slice(prefix.length));
  return values.map((value) => path.resolve(value.replace(/^file:\/\//, '')));
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

main().then(
  (code) => process.exit(code),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
