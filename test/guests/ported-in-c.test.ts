import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'mocha';
import { HEADER_FILE } from '../../simulator/hypercalls/header';
import { isolationBreaches } from '../../simulator/hypervisor/isolation';
import { buildProgram } from '../../simulator/project/build';
import { projectOf } from '../../simulator/project/index';
import { makeSystem } from '../support/guest';
import { requireTool } from '../support/tools';

const GCC = 'riscv64-linux-gnu-gcc';
const library = path.join('extension', 'sample', 'para');

/** A window of one page, below tables that are empty at first. */
const KERNEL = `
#include "pv.h"

static char stack[4096] __attribute__((aligned(16), used));
static unsigned long middle[512] __attribute__((aligned(4096)));
static unsigned long leaves[512] __attribute__((aligned(4096)));
static unsigned long frame[512] __attribute__((aligned(4096)));

__asm__(".globl _start\\n_start: la sp, stack + 4096\\n tail kernel");

void kernel(unsigned long vcpu, const void *start_page)
{
        unsigned long *root;

        pv_begin(vcpu, start_page);
        root = pv_virtual(pv_first_root);
        pv_remap(middle, PV_READ_ONLY);
        pv_remap(leaves, PV_READ_ONLY);
        pv_set_entry(&root[WINDOW >> 30], pv_entry(middle, PTE_V));
        pv_set_entry(&middle[0], pv_entry(leaves, PTE_V));
        pv_set_entry(&leaves[0], pv_entry(frame, PV_PAGE));
        *(volatile unsigned long *)WINDOW = 42;
        pv_print("In the frame: ");
        pv_print_number((long)((volatile unsigned long *)frame)[0]);
        pv_print(pv_call(PV_VERSION, 0, 0).error == 0 ? ", and the hypervisor answers.\\n" : ".\\n");
        pv_power_off(0);
}
`;

describe('a ported kernel in C', () => {
  requireTool(GCC);
  const folder = mkdtempSync(path.join(tmpdir(), 'hyperstep-ported-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('is linked with the library of the sample, and runs', async () => {
    const [source, object] = ['kernel.c', 'kernel.o'].map((name) => path.join(folder, name));
    assert.ok(source && object);
    writeFileSync(source, KERNEL);
    const machine = ['-march=rv64gc', '-mabi=lp64d', '-mcmodel=medany', '-ffreestanding', '-fno-pic', '-O2'];
    const headers = ['-I', path.dirname(HEADER_FILE), '-I', library];
    const words = ['-Wall', '-Werror', ...machine, ...headers, '-c', source, '-o', object];
    const { status, stderr } = spawnSync(GCC, words, { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    const project = projectOf({ program: [object, path.resolve(library, 'pv.S')] }, '', undefined);
    const { program, diagnostics } = await buildProgram(project, async (file) =>
      existsSync(file) ? readFileSync(file) : undefined,
    );
    assert.deepEqual(diagnostics, []);
    assert.ok(program);
    const { system, output } = makeSystem(program, { virtualization: 'para' });
    assert.equal(system.machine.run({ instructions: 100_000 }).reason, 'power-off');
    assert.equal(output(), 'In the frame: 42, and the hypervisor answers.\n');
    assert.ok(system.hypervisor);
    assert.deepEqual(isolationBreaches(system.hypervisor), []);
  });
});
