import { appendFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import path from 'node:path';
import { format } from 'node:util';
import { automation, developmentOptions, launchBrowser, startHost } from '../test/vscode-host/host';
import { provideHost } from '../test/vscode-host/setup';
import { bundleTests } from './mocha';
import { newResultFile, readTotals, type Totals } from './test-results';
import { freshWorkspace } from './test-vscode';
import { buildVsix } from './vsix';

const tests = 'out/test-web/extension/web.js';
const timeLimit = 200_000;

/** Runs test/extension/web.ts in the extension host of a browser, a Web Worker, where the extension is a web extension. */
export async function runInWebHost(): Promise<Totals> {
  provideHost();
  await buildVsix();
  await bundleTests(['test/extension/web.ts'], 'out/test-web', {
    external: ['vscode'],
    platform: 'browser',
    target: 'es2022',
    packages: 'bundle',
  });
  const results = newResultFile('web');
  const workspace = freshWorkspace('out/test-workspace-web');
  const files = await serve('.');
  const host = await startHost();
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    const { exited } = await automation(page, (args) => {
      const line = format(...args);
      const result = line.match(/^test-result (.*)$/s)?.[1];
      if (result) appendFileSync(results, `${result}\n`);
      else if (line.startsWith('test ')) console.log(line.slice(5));
    });
    // Through code-server's own proxy, so that the files have the page's origin.
    const base = { scheme: 'http', authority: `127.0.0.1:${host.port}`, path: `/proxy/${portOf(files)}` };
    const extensionTestsPath = { ...base, path: `${base.path}/${tests}` };
    await developmentOptions(page, { extensions: [base], extensionTestsPath });
    await page.goto(host.url({ folder: path.resolve(workspace) }), { waitUntil: 'commit' });
    const timeout = new Promise((resolve) => setTimeout(resolve, timeLimit, 'the time limit is over'));
    const code = await Promise.race([exited, timeout]);
    if (code !== 0) {
      console.error(`The web extension host: ${code}`);
      await page.screenshot({ path: 'out/screenshots/web-failed.png' }).catch(() => {});
    }
  } finally {
    await browser.close();
    await host.stop();
    files.close();
    files.closeAllConnections();
  }
  return readTotals(results);
}

const types: Record<string, string> = {
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
};

function serve(root: string): Promise<Server> {
  const server = createServer(async (request, response) => {
    const name = path.posix.normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname));
    const headers = {
      'access-control-allow-origin': '*',
      'content-type': types[path.extname(name)] ?? 'application/octet-stream',
    };
    const content = await readFile(path.join(root, name)).catch(() => undefined);
    response.writeHead(content ? 200 : 404, headers).end(content);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

function portOf(server: Server): number {
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('The file server does not listen.');
  return address.port;
}
