import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { describe, it } from 'mocha';

const vsix = process.env['HYPERSTEP_VSIX'] ?? '';

/** Everything in it but the sources of the VMM, the sample guest and the labs, which are compared with their folders. */
const files = [
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
  'dist/cli.js',
  'dist/debug-adapter.js',
  'dist/extension.js',
  'dist/labs.json',
  'dist/language-server.js',
  'dist/panel.css',
  'dist/panel.js',
  'dist/vmm/one/simulator/hypervisor/engines/full/page-fault.ts',
  'dist/vmm/three/simulator/hypervisor/engines/full/page-fault.ts',
  'dist/vmm/two/simulator/hypervisor/engines/full/page-fault.ts',
  'dist/web/debug-adapter.js',
  'dist/web/extension.js',
  'dist/web/language-server.js',
  'dist/web/runner.js',
  'dist/webview.css',
  'dist/webview.js',
  'media/file-dark.svg',
  'media/file-light.svg',
  'media/icon.png',
  'media/screenshot.png',
  'media/view.svg',
  'media/walkthrough/debug.md',
  'media/walkthrough/sample.md',
  'media/walkthrough/step.md',
  'media/walkthrough/views.md',
  'package.json',
  'syntaxes/hyperstep-lab.schema.json',
  'syntaxes/hyperstep-moment.schema.json',
  'syntaxes/hyperstep-scenario.schema.json',
  'syntaxes/hyperstep-test.schema.json',
  'syntaxes/hyperstep.schema.json',
  'syntaxes/language-configuration.json',
  'syntaxes/riscv-asm.tmLanguage.json',
  'syntaxes/vmm-language-configuration.json',
  'syntaxes/vmm.tmLanguage.json',
];
const folders = [
  'extension/sample',
  'labs',
  'simulator/firmware',
  'simulator/hypercalls/include',
  'simulator/hypervisor',
  'simulator/machine',
];
/** What is in these folders and stays out: solutions of labs are their instructors'. */
const OUTSIDE = /^labs\/[^/]+\/instructor\//;

describe('vsix', () => {
  it('is smaller than 4 MB', () => {
    assert.ok(statSync(vsix).size < 4_000_000, `${statSync(vsix).size} bytes`);
  });

  it('has a machine panel of less than 300 KB', () => {
    const bytes = statSync('dist/panel.js').size + statSync('dist/panel.css').size;
    assert.ok(bytes < 300_000, `${bytes} bytes`);
  });

  it('holds what is needed and nothing else', () => {
    const vsce = spawnSync(process.execPath, ['node_modules/@vscode/vsce/vsce', 'ls', '--no-dependencies'], {
      encoding: 'utf8',
    });
    const packed = vsce.stdout.split('\n').filter(Boolean);
    const inFolder = folders.flatMap((folder) =>
      readdirSync(folder, { recursive: true, withFileTypes: true, encoding: 'utf8' })
        .filter((entry) => entry.isFile())
        .map((entry) => `${entry.parentPath}/${entry.name}`)
        .filter((file) => !OUTSIDE.test(file)),
    );
    assert.deepEqual(packed.sort(), [...files, ...inFolder].sort());
  });
});
