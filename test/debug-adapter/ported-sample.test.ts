import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { Client, inVmm, root } from './client';

const sample = path.join(root, 'extension/sample');
const { configurations } = JSON.parse(readFileSync(path.join(sample, '.vscode/launch.json'), 'utf8'));
const kernel = path.join(sample, 'para/kernel.S');
const lineOf = (pattern: RegExp): number =>
  readFileSync(kernel, 'utf8')
    .split('\n')
    .findIndex((line) => pattern.test(line)) + 1;

describe('debugging the ported sample, by its launch configuration', () => {
  const client = new Client();
  const iretLine = lineOf(/hypercall PV_IRET/);

  before(async () => {
    const { program, virtualization, disks } = configurations.find(({ name }: { name: string }) =>
      /^Ported sample/.test(name),
    );
    assert.equal(program.replace('${workspaceFolder}', sample), kernel);
    const files = disks.map(({ file }: { file: string }) => ({ file: path.join(sample, file) }));
    await client.launch(kernel, { breakpoints: [iretLine], virtualization, disks: files } as object);
  });
  after(() => client.request('disconnect'));

  it('steps from a hypercall into the VMM, and out of it into the program', async () => {
    assert.equal((await client.stopped()).reason, 'breakpoint');
    const [top] = await client.stack();
    assert.deepEqual([top?.source?.path, top?.line], [kernel, iretLine]);
    let stack = await client.stack();
    // The hypercall's macro is three instructions.
    for (let steps = 0; !inVmm(stack[0]) && steps < 3; steps++) stack = await client.step('stepIn');
    assert.ok(inVmm(stack[0]), stack[0]?.name);
    assert.ok(stack.some(({ name, presentationHint }) => presentationHint === 'label' && name.startsWith('VM exit')));
    const program = await client.step('stepOut');
    assert.match(program[0]?.source?.path ?? '', /user\.S$/);
    assert.equal(await client.evaluate('pc'), '0x10000 <user_program>');
  });

  it('comes by a system call to its trap entry, with what the words tell', async () => {
    await client.breakAt(path.join(sample, 'para/trap.S'), [
      readFileSync(path.join(sample, 'para/trap.S'), 'utf8')
        .split('\n')
        .findIndex((line) => /^on_trap:/.test(line)) + 2,
    ]);
    await client.go('continue');
    const [top] = await client.stack();
    assert.match(top?.source?.path ?? '', /para.trap\.S$/);
    assert.equal(Number(await client.evaluate('*(long *)(t0 + 24)')), 8);
  });
});
