import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openHostFile } from '../../host-files/open';
import { type ReadOptions, readHostFile } from '../../host-files/read';
import { UnreadableFile } from '../../simulator/assembler/source/read-file';

describe('Files of this computer', () => {
  let folder: string;
  const at = (name: string): string => path.join(folder, name);
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'hyperstep-files-'));
    writeFileSync(at('text'), 'text');
    writeFileSync(at('empty'), '');
    writeFileSync(at('sparse'), '');
    truncateSync(at('sparse'), 2 ** 36);
    mkdirSync(at('folder'));
    symlinkSync('text', at('link'));
    symlinkSync('loop', at('loop'));
    symlinkSync('/dev/zero', at('zero'));
    assert.equal(spawnSync('mkfifo', [at('pipe')]).status, 0);
  });
  after(() => rmSync(folder, { recursive: true }));

  /** The text of a file, or why it is not read. */
  async function read(file: string, options?: ReadOptions): Promise<string | undefined> {
    const found = await readHostFile(file, options);
    if (found instanceof UnreadableFile) return `it ${found.why}`;
    return found && new TextDecoder().decode(found);
  }

  it('are read when they are regular, whatever links lead to them and whatever size they say', async () => {
    assert.equal(await read(at('text')), 'text');
    assert.equal(await read(at('link')), 'text');
    assert.equal(await read(at('empty')), '');
    assert.match((await read('/proc/self/status')) ?? '', /^Name:/);
  });

  it('are absent by names that no file can have', async () => {
    for (const name of ['none', 'text/none', 'none/none', 'a\0b', 'x'.repeat(5000)])
      assert.equal(await read(at(name)), undefined, name);
  });

  it('are refused when they have no end or no size, with what they are', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(at('socket'), resolve));
    assert.equal(await read(at('folder')), 'it is a folder, not a file');
    assert.equal(await read(at('pipe')), 'it is a named pipe, not a regular file');
    assert.equal(await read(at('zero')), 'it is a device, not a regular file');
    assert.equal(await read('/dev/full'), 'it is a device, not a regular file');
    assert.equal(await read(at('socket')), 'it is a socket, not a regular file');
    assert.equal(await read(at('loop')), 'it is a link that leads to itself');
    assert.match((await read(at('sparse'))) ?? '', /^it has more than 256 MiB/);
    assert.match((await read('/proc/self/status', { limit: 10 })) ?? '', /^it has more than 0 MiB/);
    server.close();
  });

  it('may be streams that the user named, within a limit that counts what was read', async () => {
    const limit = 2 ** 20;
    assert.equal(await read('/dev/null', { streamLimit: limit }), '');
    assert.match((await read('/dev/zero', { streamLimit: limit })) ?? '', /^it has more than 1 MiB/);
    assert.equal(await read(at('folder'), { streamLimit: limit }), 'it is a folder, not a file');
    assert.equal(await read(at('text'), { streamLimit: 1 }), 'text');
  });

  it('are opened in parts when they are regular', () => {
    assert.equal(openHostFile(at('text'), false).size, 4);
    for (const [name, why] of [
      ['folder', /is a folder/],
      ['pipe', /is a named pipe/],
      ['zero', /is a device/],
    ] as const)
      assert.throws(() => openHostFile(at(name), true), why);
  });
});
