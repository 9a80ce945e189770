import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { buildOptions } from '../../scripts/bundles';

/** The command line as it is shipped, with a folder of its own for files. */
export class BuiltCli {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'hyperstep-cli-'));
  readonly file = path.join(this.folder, 'cli.js');

  async build(): Promise<void> {
    const bundle = buildOptions().find((options) => options.outfile === 'dist/cli.js');
    assert.ok(bundle);
    await build({ ...bundle, outfile: this.file });
  }

  run(...words: string[]) {
    return this.typed('', ...words);
  }

  /** With something on standard input. */
  typed(input: string, ...words: string[]) {
    return spawnSync(process.execPath, [this.file, ...words], { encoding: 'utf8', input, timeout: 30_000 });
  }

  write(name: string, contents: string | Uint8Array): string {
    const file = path.join(this.folder, name);
    writeFileSync(file, contents);
    return file;
  }

  path(name: string): string {
    return path.join(this.folder, name);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
