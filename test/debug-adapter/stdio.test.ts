import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DebugClient } from '@vscode/debugadapter-testsupport';
import { build } from 'esbuild';
import { after, before, describe, it } from 'mocha';
import { siteTable } from '../../scripts/site-table';
import { root } from './client';

const guest = path.join(root, 'test/debug-adapter/guests/stepping.S');

/** The adapter as a process, as VS Code starts it. */
describe('over standard input and output', () => {
  let client: DebugClient;

  before(async () => {
    const outfile = path.join(mkdtempSync(path.join(tmpdir(), 'hyperstep-')), 'dist/debug-adapter.js');
    await build({
      entryPoints: ['debug-adapter/node.ts'],
      outfile,
      bundle: true,
      platform: 'node',
      logLevel: 'warning',
      plugins: [siteTable()],
    });
    client = new DebugClient('node', outfile, 'hyperstep');
    await client.start();
  });
  after(() => client.stop());

  it('hits a breakpoint', async () => {
    await client.hitBreakpoint({ program: guest, console: 'debugConsole' }, { path: guest, line: 15 });
  });

  it('answers what it does not know with an error', async () => {
    await assert.rejects(client.send('nonsense', {}), /not known/);
  });

  it('runs to the end', async () => {
    await Promise.all([client.waitForEvent('terminated'), client.continueRequest({ threadId: 1 })]);
  });
});
